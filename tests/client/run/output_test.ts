import { assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, NetworkError } from "../../../client/errors.ts";
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
