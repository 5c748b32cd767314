import { assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import { ArgumentError, HttpError } from "../../../client/mod.ts";
import { done, type Handler, ID, ndjson, openClient, problem, Scripted } from "../scripted.ts";
import { StagingArea } from "../staging_server.ts";

const SCRIPT = new TextEncoder().encode("echo hi\n");
const SHA = createHash("sha256").update(SCRIPT).digest("hex");
const KNOWN = "0192a8b3-d2c1-7abc-bad0-0000000000ff";
const TO = { host: "s1", lane: "normal" };

/** A dugdale that takes commands and knows some files by content. */
function commands(known: Readonly<Record<string, string>> = {}): Handler {
  const area = new StagingArea();
  return (request) => {
    const { target, headers } = request;
    const sha = /by-content\/(\w+)/.exec(target)?.[1];
    if (sha !== undefined) {
      const id = known[sha];
      return id ? Response.json({ staging_id: id, sha256: sha, size: 1 }) : problem(404, "not_found");
    }
    if (target === "/v1/exec/dispatch") {
      return Response.json({ exec_id: headers.get("Idempotency-Key"), status: "queued" }, { status: 202 });
    }
    if (target.includes("/events")) return new Response(ndjson(done(1, { exit_code: 5, outcome: "failed" })));
    return area.answer(request) ?? problem(404, "not_found");
  };
}

Deno.test("exec() sends command, files and names with the exec token only", async () => {
  await using server = new Scripted(commands());
  await using client = await openClient([server]);
  await using handle = await client.exec(TO, {
    command: ["sh", "script/script"],
    script: SCRIPT,
    in: { db: new Blob(["data"]) },
    out: ["report"],
    stdin: new TextEncoder().encode("typed"),
    stdinMode: "broadcast",
    timeout: "5m",
    groupId: ID,
    displayName: "greet",
    throwOnFailure: false,
  });
  const body = JSON.parse(server.seen.find(({ target }) => target === "/v1/exec/dispatch")?.text ?? "");
  assertEquals(body.command, ["sh", "script/script"]);
  assertEquals([body.lane, body.stdin, body.timeout, body.group_id, body.display_name], [
    "normal",
    "broadcast",
    "5m",
    ID,
    "greet",
  ]);
  assertEquals([body.in[0].key, body.out], ["db", [{ key: "report" }]]);
  assertEquals(new Set([body.script.staging_id, body.in[0].staging_id, body.stdin_staging_id]).size, 3);
  assertEquals((await handle.result).exitCode, 5);
  assertEquals([handle.ref.kind, (await handle.result).kind], ["exec", "exec"]);
  assertEquals([...new Set(server.seen.map(({ headers }) => headers.get("Authorization")))], [
    "Bearer e-token",
  ]);
});

Deno.test("exec() sends no file that the dugdale has already", async () => {
  await using server = new Scripted(commands({ [SHA]: KNOWN }));
  await using client = await openClient([server]);
  for (const chosen of [{}, { execId: ID, reuseFiles: true }]) {
    server.seen.length = 0;
    await using _handle = await client.exec(TO, {
      command: ["sh", "script/script"],
      script: SCRIPT,
      ...chosen,
    });
    assertEquals(server.log, [`GET /v1/staging/by-content/${SHA}?size=8`, "POST /v1/exec/dispatch"]);
    assertEquals(JSON.parse(server.seen[1]?.text ?? "").script, { staging_id: KNOWN });
  }
});

Deno.test("exec() with an id of the caller's names the same files on every repeat", async () => {
  await using server = new Scripted(commands({ [SHA]: KNOWN }));
  await using client = await openClient([server]);
  for (let n = 0; n < 2; n++) {
    await using _handle = await client.exec(TO, { command: ["sh"], script: SCRIPT, execId: ID });
  }
  const posts = server.seen.filter(({ method }) => method === "POST");
  assertEquals(posts[0]?.text, posts[1]?.text);
  assertEquals(server.log.filter((line) => line.includes("by-content") || line.startsWith("PUT")).length, 1);
});

Deno.test("exec() uploads a known file after all when the dugdale has just removed it", async () => {
  await using server = new Scripted((request, raw) =>
    request.target === "/v1/exec/dispatch" && request.text.includes(KNOWN)
      ? problem(400, "unknown_staging_ref", { details: { staging_id: KNOWN } })
      : commands({ [SHA]: KNOWN })(request, raw)
  );
  await using client = await openClient([server]);
  await using _handle = await client.exec(TO, { command: ["sh"], script: SCRIPT });
  assertEquals(server.seen.map(({ method }) => method), ["GET", "POST", "HEAD", "PUT", "POST"]);
});

Deno.test("exec() reports that a dugdale takes no commands", async () => {
  await using server = new Scripted(() => problem(404, "feature_disabled"));
  const told: string[] = [];
  await using client = await openClient([server], {
    onLaunchFailure: ({ method, phase, missionId }) => told.push(`${method} ${phase} ${missionId}`),
  });
  const error = await assertRejects(() => client.exec(TO, { command: ["uptime"], execId: ID }), HttpError);
  assertEquals([error.code, server.seen.length], ["feature_disabled", 1]);
  assertEquals(told, [`exec dispatch ${ID}`]);
});

Deno.test("exec() checks its arguments before anything is sent", async () => {
  await using server = new Scripted(commands());
  await using client = await openClient([server]);
  for (
    const wrong of [
      { command: [] },
      { command: ["x"], out: ["a b"] },
      { command: ["x"], in: { "__x": SCRIPT } },
      { command: ["x"], groupId: "7" },
      { command: ["x"], timeout: "1d" },
      { command: ["x"], execId: "7" },
    ]
  ) await assertRejects(() => client.exec(TO, wrong), ArgumentError);
  assertEquals(server.seen, []);
});
