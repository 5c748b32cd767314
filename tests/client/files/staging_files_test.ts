import { assertEquals, assertRejects } from "@std/assert";
import { toText } from "@std/streams";
import { createHash } from "node:crypto";
import { ArgumentError, ConflictError, StagingError } from "../../../client/mod.ts";
import { ID, openClient, problem, Scripted } from "../scripted.ts";
import { StagingArea } from "../staging_server.ts";

const CONTENT = new TextEncoder().encode("content");
const SHA = createHash("sha256").update(CONTENT).digest("hex");

Deno.test("upload() and download() bring a file there and back", async () => {
  const area = new StagingArea();
  await using server = new Scripted((request) => area.answer(request) ?? problem(404, "not_found"));
  await using client = await openClient([server]);
  const kept = await client.upload("s1", CONTENT);
  assertEquals([kept.sha256, kept.size], [SHA, 7]);
  assertEquals(await new Response(await client.download("s1", kept.staging_id)).text(), "content");
  const path = await Deno.makeTempFile();
  try {
    await client.saveDownload("s1", kept.staging_id, path);
    assertEquals(await Deno.readTextFile(path), "content");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("download() trusts what the caller expects more than the headers", async () => {
  await using server = new Scripted(() =>
    new Response("c0ntent", {
      headers: { "X-Letts-Sha256": createHash("sha256").update("c0ntent").digest("hex") },
    })
  );
  await using client = await openClient([server]);
  const body = await client.download("s1", ID, { expected: { sha256: SHA, size: 7 } });
  await assertRejects(() => toText(body), StagingError);
});

Deno.test("download() of a range asks for just that", async () => {
  await using server = new Scripted(() => new Response("nte", { status: 206 }));
  await using client = await openClient([server]);
  assertEquals(
    await new Response(await client.download("s1", ID, { range: { start: 2, end: 4 } })).text(),
    "nte",
  );
  await (await client.download("s1", ID, { range: { start: 2 } })).cancel();
  assertEquals(server.seen.map(({ headers }) => headers.get("Range")), ["bytes=2-4", "bytes=2-"]);
  await assertRejects(() => client.download("s1", ID, { range: { start: 2, end: 1 } }), ArgumentError);
  await assertRejects(() => client.download("s1", ID, { range: { start: -1 } }), ArgumentError);
});

Deno.test("findStaging() asks by content with the exec token, never with the dispatch token", async () => {
  await using server = new Scripted(() => problem(404, "not_found"));
  await using client = await openClient([server]);
  assertEquals(await client.findStaging("s1", { sha256: SHA, size: 7 }), undefined);
  assertEquals(await client.findStaging("s1", { sha256: SHA, size: 0 }), undefined);
  assertEquals(server.log, [`GET /v1/staging/by-content/${SHA}?size=7`]);
  assertEquals(server.seen[0]?.headers.get("Authorization"), "Bearer e-token");
  await using poor = await openClient([server], { yaml: { auth: { token: "d" } } });
  await assertRejects(() => poor.findStaging("s1", { sha256: SHA, size: 7 }));
  assertEquals(server.seen.length, 1);
});

Deno.test("listStaging() reads page after page, also files that never expire", async () => {
  const item = `{"staging_id":"${ID}","state":"complete","sha256":"${SHA}","size":7,"bytes_received":7,` +
    `"time_created":1,"time_updated":1,"time_expires":9223372036854775807,"ref_kind":"input","role":"in"}`;
  await using server = new Scripted(({ target }) =>
    new Response(`{"staging":[${item}]${target.includes("cursor") ? "" : `,"next_cursor":"c"`}}`)
  );
  await using client = await openClient([server]);
  const roles = [];
  for await (const { role } of client.listStaging("s1", { missionId: ID, refKind: "input", limit: 1 })) {
    roles.push(role);
  }
  assertEquals(roles, ["in", "in"]);
  assertEquals(server.log[1], `GET /v1/staging?mission_id=${ID}&ref_kind=input&limit=1&cursor=c`);
});

Deno.test("deleteStaging() reports which missions use the file", async () => {
  await using server = new Scripted(({ target }) =>
    target.includes("force")
      ? Response.json({ status: "deletion_pending" }, { status: 202 })
      : problem(409, "staging_in_use", { details: { missions: [ID] } })
  );
  await using client = await openClient([server]);
  const error = await assertRejects(() => client.deleteStaging("s1", ID), ConflictError);
  assertEquals(error.details, { missions: [ID] });
  await client.deleteStaging("s1", ID, { force: true });
});
