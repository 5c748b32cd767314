import { assert, assertEquals, assertRejects } from "@std/assert";
import { WaitTimeoutError } from "../../client/errors.ts";
import { fanOut } from "../../client/fleet.ts";
import { openClient, problem, Scripted } from "./scripted.ts";

const ID = "0197ac9e-61c6-7b3a-9a2e-000000000001";
const RECORD = {
  mission_id: ID,
  kind: "mission",
  lane: "normal",
  mission_name: "m",
  input_fingerprint: "",
  status: "queued",
  time_created: 1,
  truncated_stdout: false,
  truncated_stderr: false,
  inputs: [],
  outputs: {},
};

Deno.test("askAll() gives the answers in the order of letts.yaml, beside the dugdales that could not answer", async () => {
  await using a = new Scripted(() => Response.json([]));
  await using b = new Scripted(() => problem(401, "unauthorized"));
  await using client = await openClient([a, b, a, { port: 1 }]);
  const { answers, unavailable } = await client.askAll((host, signal) => client.lanes(host, { signal }));
  assertEquals(answers, [{ host: "s1", value: [] }, { host: "s3", value: [] }]);
  assertEquals(unavailable.map(({ host, error }) => [host, error.code]), [
    ["s2", "unauthorized"],
    ["s4", "network"],
  ]);
});

Deno.test("askAll() asks only the dugdales that carry the labels", async () => {
  await using client = await openClient([{ port: 1 }, { port: 1 }]);
  const ask = (host: string) => Promise.resolve(host);
  assertEquals((await client.askAll(ask, { match: ["prod"] })).answers.map(({ host }) => host), ["s1", "s2"]);
  assertEquals(await client.askAll(ask, { match: ["test"] }), { answers: [], unavailable: [] });
});

Deno.test("askAll() ends with the reason of the caller's signal, and with a bug of the question", async () => {
  const abort = new AbortController();
  await using server = new Scripted(() => {
    queueMicrotask(() => abort.abort(new RangeError("left")));
    return new Response(new ReadableStream());
  });
  const client = await openClient([server]);
  const { signal } = abort;
  await assertRejects(
    () => client.askAll((host, linked) => client.lanes(host, { signal: linked }), { signal }),
    RangeError,
  );
  await assertRejects(() => client.askAll(() => Promise.reject(new TypeError("bug"))), TypeError, "bug");
  await client[Symbol.asyncDispose]();
});

Deno.test("findMissions() finds a mission on every dugdale that has it", async () => {
  await using has = new Scripted(() => Response.json(RECORD));
  await using hasNot = new Scripted(() => problem(404, "not_found"));
  await using client = await openClient([has, hasNot, has, { port: 1 }]);
  const { answers, unavailable } = await client.findMissions(ID);
  assertEquals(answers.map(({ host, value }) => [host, value.host, value.missionId]), [
    ["s1", "s1", ID],
    ["s3", "s3", ID],
  ]);
  assertEquals(unavailable.map(({ host }) => host), ["s4"]);
  assertEquals((await client.getMission(ID))?.host, "s1");
});

Deno.test("fanOut() aborts the others when one throws, and waits for them", async () => {
  let ended = 0;
  const work = async (item: number, signal: AbortSignal) => {
    if (item === 3) throw new TypeError("bug");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    ended++;
  };
  await assertRejects(() => fanOut([1, 2, 3], work), TypeError, "bug");
  assertEquals(ended, 2);
});

Deno.test("fanOut() has one deadline for all items", async () => {
  const reasons = await fanOut([1, 2], async (_, signal) => {
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return signal.reason;
  }, { waitMs: 5, concurrency: 1 });
  for (const reason of reasons) assert(reason instanceof WaitTimeoutError);
});
