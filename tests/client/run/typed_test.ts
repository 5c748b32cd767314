import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { defineMission, type RunResult, SchemaValidationError } from "../../../client/mod.ts";
import { FakeDugdale, openFakeClient } from "../../../testing/mod.ts";
import { done, type Handler, ID, ndjson, openClient, Scripted } from "../scripted.ts";

const resize = defineMission("resize", {
  input: v.object({ width: v.number(), name: v.optional(v.string(), "cat") }),
  return: v.object({ made: v.pipe(v.string(), v.transform((text) => new Date(text))) }),
});
const plain = defineMission<{ width: number }, { ok: boolean }>("plain");
const MADE = "2024-01-02T03:04:05.000Z";

function returning(value: object, outcome = "success"): Handler {
  return ({ method }) =>
    method === "POST"
      ? Response.json({ mission_id: ID, status: "queued" })
      : new Response(ndjson(done(1, { return: value, outcome })));
}

Deno.test("run() of a defined mission sends its input and types its return", async () => {
  await using server = new Scripted(returning({ made: MADE }));
  await using client = await openClient([server]);
  const result: RunResult<{ made: Date }> = await client.run({ route: "r" }, resize, { input: { width: 3 } });
  assertEquals(result.return, { made: new Date(MADE) });
  const body = JSON.parse(server.seen[0]?.text ?? "");
  assertEquals([body.mission, body.input], ["resize", { width: 3 }]);
});

Deno.test("run() of a defined mission sends nothing that its schema refuses", async () => {
  await using server = new Scripted(returning({}));
  await using client = await openClient([server]);
  const call = () => client.run({ route: "r" }, resize, { input: { width: "3" as unknown as number } });
  const error = await assertRejects(call, SchemaValidationError);
  assertEquals([error.code, error.issues.length, server.seen.length], ["invalid_input", 1, 0]);
  assertEquals(error.issues[0]?.startsWith("width: "), true);
  await assertRejects(() => client.dispatch({ route: "r" }, resize, {} as never), SchemaValidationError);
});

Deno.test("run() of a defined mission refuses a return that does not fit, and keeps the mission's id", async () => {
  await using server = new Scripted(returning({ made: 7 }));
  await using client = await openClient([server]);
  const error = await assertRejects(
    () => client.run({ route: "r" }, resize, { input: { width: 3 } }),
    SchemaValidationError,
  );
  assertEquals([error.code, error.missionId, error.host], ["invalid_return", ID, "s1"]);
});

Deno.test("run() of a defined mission checks no return of a failure", async () => {
  await using server = new Scripted(returning({ made: 7 }, "failed"));
  await using client = await openClient([server]);
  const result = await client.run({ route: "r" }, resize, { input: { width: 3 }, throwOnFailure: false });
  assertEquals([result.success, result.return], [false, undefined]);
});

Deno.test("start() of a defined mission types the handle's result", async () => {
  await using server = new Scripted(returning({ made: MADE }));
  await using client = await openClient([server]);
  await using handle = await client.start({ route: "r" }, resize, { input: { width: 3 } });
  assertEquals((await handle.result).return?.made.getUTCFullYear(), 2024);
});

Deno.test("defineMission() without schemas gives types alone", async () => {
  await using server = new Scripted(returning({ ok: true }));
  await using client = await openClient([server]);
  const { return: value } = await client.run({ route: "r" }, plain, { input: { width: 3 } });
  assertEquals(value?.ok, true);
});

Deno.test("defineMission() gives the script its parsed input and checks what it returns", async () => {
  assertEquals(resize.parse({ width: 3 }), { width: 3, name: "cat" });
  assertThrows(() => resize.parse({}), SchemaValidationError, `input of mission "resize"`);
  const run = resize.implement((_: unknown) => ({ made: MADE }));
  assertEquals(await run({}), { made: MADE });
  const wrong = resize.implement((_: unknown) => ({ made: 7 as unknown as string }));
  await assertRejects(() => wrong({}), SchemaValidationError, `return of mission "resize"`);
});

Deno.test("defineMission() refuses asynchronous schemas and invalid names", () => {
  const slow = v.objectAsync({});
  const defined = defineMission("m", { input: slow, return: slow });
  assertThrows(() => defined.parse({}), TypeError, "synchronous");
  assertThrows(() => defineMission("../m"));
});

Deno.test("runMany() and runOnAll() of a defined mission check every input first, and each return value by itself", async () => {
  let runs = 0;
  const dugdale = new FakeDugdale().on("double", ({ input }) => {
    runs++;
    return { twice: input === 7 ? "no number" : 2 * Number(input) };
  });
  await using client = await openFakeClient({ s1: dugdale });
  const double = defineMission("double", {
    input: v.number(),
    return: v.object({ twice: v.number() }),
  });
  const outcomes = await client.runMany(double, [1, 7, 3].map((input) => ({ lane: "normal", input })));
  assertEquals(outcomes.map((one) => one.ok ? one.result.return?.twice : one.error.code), [
    2,
    "invalid_return",
    6,
  ]);
  const [everywhere] = await client.runOnAll({ lane: "normal" }, double, { input: 5 });
  assertEquals(everywhere?.ok && everywhere.result.return, { twice: 10 });
  assertEquals(runs, 4);
  const wrong = [{ lane: "normal", input: 1 }, { lane: "normal", input: "x" as unknown as number }];
  const error = await assertRejects(() => client.runMany(double, wrong), SchemaValidationError);
  assertEquals([error.code, runs], ["invalid_input", 4]);
});
