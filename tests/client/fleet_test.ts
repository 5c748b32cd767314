import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, WaitTimeoutError } from "../../client/errors.ts";
import { fanOut } from "../../client/fleet.ts";
import { type FleetMissionFilter, type FleetPage, LettsClient, type Mission } from "../../client/mod.ts";
import type { MissionRecord } from "../../protocol/mission.ts";
import { lettsYaml, openFleet, slowly } from "../cli/fleet.ts";
import { whenPortIsFree } from "./fault_proxy.ts";
import { openClient, problem, QUICK, Scripted } from "./scripted.ts";

const ID = "0197ac9e-61c6-7b3a-9a2e-000000000001";
const RECORD: MissionRecord = {
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

/** A dugdale with these missions, which are given newest first. */
function lists(...missions: readonly Partial<MissionRecord>[]): Scripted {
  return new Scripted(({ target }) => {
    const query = new URL(target, "http://s").searchParams;
    const time = query.get("order") === "finished" ? "time_finished" : "time_created";
    const after = JSON.parse(Buffer.from(query.get("cursor") ?? "", "base64url").toString() || "null");
    const left = missions.map((one) => ({ ...RECORD, ...one })).filter((one) => {
      const age = (one[time] ?? 0) - after?.[time];
      return after === null || age < 0 || (age === 0 && one.mission_id < after.mission_id);
    });
    const page = left.slice(0, Number(query.get("limit")));
    const last = page.at(-1);
    const next = { [time]: last?.[time], mission_id: last?.mission_id };
    return Response.json({
      missions: page,
      ...(left.length > page.length ? { next_cursor: encoded(next) } : {}),
    });
  });
}

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

const id = (index: number) => `0197ac9e-61c6-7b3a-9a2e-${String(index).padStart(12, "0")}`;
const at = (time_created: number, index: number, more = {}) => ({
  time_created,
  mission_id: id(index),
  ...more,
});

/** Host, last digits of the id, and time of every mission, page by page, to the end. */
async function walk(client: LettsClient, filter: FleetMissionFilter): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listMissionsOnAll({ ...filter, cursor });
    pages.push(
      page.items.map(({ host, missionId, createdMs }) => `${host}:${+missionId.slice(-4)}@${createdMs}`),
    );
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

Deno.test("listMissionsOnAll() lists each mission once, newest first, ties by id and then by dugdale", async () => {
  await using a = lists(at(9, 1), at(7, 5), at(7, 4), at(1, 8));
  await using b = lists(at(8, 2), at(7, 5), at(7, 3));
  await using c = lists(at(10, 9));
  await using client = await openClient([a, b, c]);
  assertEquals(await walk(client, { limit: 2 }), [
    ["s3:9@10", "s1:1@9"],
    ["s2:2@8", "s1:5@7"],
    ["s2:5@7", "s1:4@7"],
    ["s2:3@7", "s1:8@1"],
  ]);
  assertEquals((await walk(client, { limit: 8 })).length, 1);
  assertEquals((await walk(client, { limit: 1 })).length, 8);
});

Deno.test("listMissionsOnAll({ order: finished }) sorts and goes on by the end", async () => {
  await using a = lists(at(1, 1, { time_finished: 30 }), at(3, 2, { time_finished: 10 }));
  await using b = lists(at(2, 3, { time_finished: 20 }));
  await using client = await openClient([a, b]);
  assertEquals(await walk(client, { limit: 1, order: "finished" }), [["s1:1@1"], ["s2:3@2"], ["s1:2@3"]]);
});

Deno.test("listMissionsOnAll() leaves out missions that are being deleted unless asked for, and goes on behind them", async () => {
  const deleting = { status: "deleting" };
  await using a = lists(at(9, 9, deleting), at(8, 8, deleting), at(7, 7), at(6, 6, deleting), at(5, 5));
  await using client = await openClient([a]);
  assertEquals(await walk(client, { limit: 2 }), [["s1:7@7"], ["s1:5@5"]]);
  const asked = await client.listMissionsOnAll({ limit: 2, status: "deleting" });
  assertEquals(asked.items.map(({ createdMs }) => createdMs), [9, 8]);
});

Deno.test("listMissionsOnAll() takes a cursor without a digest, and refuses others that it did not make", async () => {
  await using a = lists(at(9, 1), at(8, 2));
  await using client = await openClient([a]);
  const place = encoded({ time_created: 9, mission_id: id(1) });
  const foreign = encoded({ per_host: { s1: place } });
  assertEquals(
    (await client.listMissionsOnAll({ cursor: foreign })).items.map(({ createdMs }) => createdMs),
    [8],
  );
  const { nextCursor: cursor } = await client.listMissionsOnAll({ limit: 1 });
  const { signal } = new AbortController();
  assertEquals(
    (await client.listMissionsOnAll({ cursor, order: "created", signal, limit: 5 })).items.length,
    1,
  );
  for (const other of [{ lane: "normal" }, { order: "finished" }, { kind: "exec" }] as const) {
    await assertRejects(() => client.listMissionsOnAll({ ...other, cursor }), ArgumentError, "other filters");
  }
  for (const broken of ["%", encoded(null), encoded({}), encoded({ per_host: { s1: 1 } })]) {
    await assertRejects(() => client.listMissionsOnAll({ cursor: broken }), ArgumentError, "an earlier page");
  }
  await assertRejects(() => client.listMissionsOnAll({ limit: 0 }), ArgumentError, "limit 0");
});

Deno.test("listMissionsOnAll() over real dugdales shows which is unavailable, and gives its missions when it is back", async () => {
  await using fleet = await openFleet(3);
  const [live = "", slow = "", away = ""] = fleet.urls;
  await using late = slowly(slow);
  const leaving = slowly(away);
  const urls = [live, `http://127.0.0.1:${late.addr.port}`, `http://127.0.0.1:${leaving.addr.port}`];
  await Deno.writeTextFile(`${fleet.folder}/letts.yaml`, lettsYaml(urls, fleet.folder));
  await using client = await LettsClient.open({ path: `${fleet.folder}/letts.yaml`, ...QUICK });
  for (let index = 0; index < 9; index++) {
    await client.dispatch({ host: `s${index % 3 + 1}`, lane: "paused" }, { mission: "silent" });
  }
  const read = (page: FleetPage<Mission>) => page.items.map(({ missionId }) => missionId);
  const all = await client.listMissionsOnAll();
  assertEquals([all.items.length, all.nextCursor, all.unavailable], [9, undefined, []]);
  const first = await client.listMissionsOnAll({ limit: 3 });
  await leaving.shutdown();
  const second = await client.listMissionsOnAll({ limit: 3, cursor: first.nextCursor });
  assertEquals(second.unavailable.map(({ host, error }) => [host, error.code]), [["s3", "network"]]);
  assertEquals(new Set(second.items.map(({ host }) => host)), new Set(["s1", "s2"]));
  await client.dispatch({ host: "s1", lane: "paused" }, { mission: "silent" }); // a newer one moves nothing
  await using _returned = await whenPortIsFree(() => slowly(away, leaving.addr.port));
  const third = await client.listMissionsOnAll({ limit: 3, cursor: second.nextCursor });
  assertEquals([third.nextCursor, third.unavailable], [undefined, []]);
  assertEquals(
    [first, second, third].flatMap(read).sort(),
    read(all).sort(),
  );
});
