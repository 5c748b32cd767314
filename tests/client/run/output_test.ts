import { assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, HttpError, NetworkError } from "../../../client/errors.ts";
import { ID, openClient, Scripted } from "../scripted.ts";
import { openPair } from "../with_dugdale.ts";

Deno.test("logs({ offset }) begins behind that byte, and refuses what is none", async () => {
  await using pair = await openPair();
  const { client } = pair;
  await using handle = await client.exec({ host: "here", lane: "normal" }, { command: ["printf", "abcdef"] });
  await handle.result;
  const text = async (offset: number) =>
    await new Response(await client.logs(handle.ref, "stdout", { offset })).text();
  assertEquals(await text(2), "cdef");
  assertEquals(await text(6), "");
  await assertRejects(() => text(7), NetworkError, "stdout ended before byte 7");
  await assertRejects(
    () => text(-1),
    ArgumentError,
    "offset -1 must be a whole number of bytes, not negative",
  );
});

Deno.test("logs() of a mission that was just accepted waits for its dugdale, of any other gives up after three tries", async () => {
  let left = 0;
  await using server = new Scripted(() =>
    left-- > 0 ? new Response("", { status: 502 }) : new Response("text")
  );
  await using client = await openClient([server], { retry: { backoffMs: [0] }, stream: { backoffMs: [1] } });
  const ref = { host: "s1", missionId: ID };
  left = 10;
  const accepted = { ...ref, kind: "mission", status: "queued" } as const;
  assertEquals(await new Response(await client.logs(accepted, "stdout")).text(), "text");
  left = 10;
  await assertRejects(() => client.logs(ref, "stdout"), HttpError, "502");
  assertEquals(left, 7);
});
