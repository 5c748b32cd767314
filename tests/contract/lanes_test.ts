import { assert, assertEquals } from "@std/assert";
import { pause } from "./daemon.ts";
import type { Fields } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, MISSIONS, ownTest, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({ state: null });

Deno.test("GET /v1/lanes lists each lane with its settings and counts", async () => {
  await lanes({ wide: { concurrency: 2 }, held: { concurrency: 1, paused: true }, none: { concurrency: 0 } });
  const running = await oneByOne(3, "wide");
  await Promise.all(running.slice(0, 2).map((id) => dugdale.event(id, "running")));
  await dugdale.queue("silent.sh", { lane: "held" });
  const { status, headers } = await dugdale.get("/v1/lanes");
  assertEquals([status, headers.get("content-type")], [200, "application/json; charset=utf-8"]);
  assertEquals(await listed(), [
    { name: "held", concurrency: 1, paused: true, queued: 1, running: 0 },
    { name: "none", concurrency: 0, paused: false, queued: 0, running: 0 },
    { name: "wide", concurrency: 2, paused: false, queued: 1, running: 2 },
  ]);
  assertEquals(await listed("dispatch"), await listed());
  assertEquals((await listed("exec")).map(({ queued, running }) => [queued, running]), Array(3).fill([0, 0]));
  assertEquals((await dugdale.get("/v1/dugdale")).body.queue_summary, { queued: 2, running: 2 });
  const forExec = await dugdale.get("/v1/dugdale", { as: "exec" });
  assertEquals(forExec.body.queue_summary, { queued: 0, running: 0 });
});

Deno.test("missions of a lane start in the order of their dispatch", async () => {
  await lanes({ one: { concurrency: 1, paused: true } });
  const ids: string[] = [];
  for (let count = 0; count < 12; count++) ids.push(await dugdale.queue("silent.sh", { lane: "one" }));
  await dugdale.post("/v1/admin/lanes/one/continue");
  const records = await Promise.all(ids.map((id) => dugdale.done(id)));
  for (const [index, record] of records.entries()) {
    const before = records[index - 1];
    // One at a time: the next one starts after the end of the one before.
    if (before) assert(Number(record.time_started) >= Number(before.time_finished), `${index}`);
  }
});

Deno.test("an id that is older than its dispatch does not overtake", async () => {
  await lanes({ one: { concurrency: 1, paused: true } });
  const old = newId();
  await pause(5);
  const first = await dugdale.queue("silent.sh", { lane: "one" });
  await pause(5);
  await dugdale.queue("silent.sh", { lane: "one", id: old });
  await dugdale.post("/v1/admin/lanes/one/continue");
  const [before, after] = await Promise.all([dugdale.done(first), dugdale.done(old)]);
  assert(Number(after.time_started) >= Number(before.time_finished));
});

Deno.test("a lane runs as many missions as its concurrency, and never more", async () => {
  await lanes({ three: { concurrency: 3 } });
  const ids = await Promise.all(
    Array.from(
      { length: 12 },
      () => dugdale.queue("logs_runs.sh", { lane: "three", input: { log: "/dev/null" } }),
    ),
  );
  const spans = (await Promise.all(ids.map((id) => dugdale.done(id)))).map((
    { time_started, time_finished },
  ) => ({
    from: Number(time_started),
    to: Number(time_finished),
  }));
  // A millisecond that ends one run and starts another one counts for one of them only.
  const most = Math.max(
    ...spans.map(({ from }) => spans.filter((span) => span.from <= from && span.to > from).length),
  );
  assert(most <= 3, `${most} at once`);
  const running = await oneByOne(4, "three");
  await Promise.all(running.slice(0, 3).map((id) => dugdale.event(id, "running")));
  await pause(50);
  assertEquals((await listed())[0], { name: "three", concurrency: 3, paused: false, queued: 1, running: 3 });
});

Deno.test("lanes do not wait for each other", async () => {
  await lanes({ one: { concurrency: 1 }, two: { concurrency: 1 } });
  const busy = await dugdale.queue("forever.sh", { lane: "one" });
  await dugdale.event(busy, "running");
  await dugdale.queue("silent.sh", { lane: "one" });
  assertEquals((await dugdale.run("succeeds.sh", { lane: "two" })).outcome, "success");
});

Deno.test("a concurrency of zero or less starts nothing", async () => {
  await lanes({ zero: { concurrency: 0 }, minus: { concurrency: -3 } });
  const ids = await Promise.all(["zero", "minus"].map((lane) => dugdale.queue("silent.sh", { lane })));
  await pause(100);
  for (const id of ids) assertEquals((await dugdale.record(id)).status, "queued");
});

Deno.test("a pause stops new starts only; continuing starts what waits", async () => {
  await lanes({ one: { concurrency: 2 } });
  const running = await dugdale.queue("forever.sh", { lane: "one" });
  await dugdale.event(running, "progress", "ready");
  await dugdale.post("/v1/admin/lanes/one/pause");
  const waiting = await dugdale.queue("silent.sh", { lane: "one" });
  await pause(80);
  assertEquals((await dugdale.record(waiting)).status, "queued");
  assertEquals((await dugdale.record(running)).status, "running");
  await dugdale.post("/v1/admin/lanes/one/continue");
  assertEquals((await dugdale.done(waiting)).outcome, "success");
});

Deno.test("a larger concurrency counts at once, a smaller one for new starts only", async () => {
  await lanes({ one: { concurrency: 1 } });
  const [first = "", second = "", third = ""] = await oneByOne(3, "one");
  await dugdale.event(first, "progress", "ready");
  await dugdale.post("/v1/admin/apply", { mission_dir: MISSIONS, lanes: { one: { concurrency: 2 } } });
  await dugdale.event(second, "progress", "ready");
  await dugdale.post("/v1/admin/apply", { mission_dir: MISSIONS, lanes: { one: { concurrency: 1 } } });
  assertEquals((await listed())[0], { name: "one", concurrency: 1, paused: false, queued: 1, running: 2 });
  await dugdale.post(`/v1/missions/${first}/kill`);
  await dugdale.done(first);
  await pause(80);
  assertEquals((await dugdale.record(third)).status, "queued");
  await dugdale.post(`/v1/missions/${second}/kill`);
  await dugdale.event(third, "running");
});

Deno.test("a deleted or killed mission in the queue does not hold up the next", async () => {
  await lanes({ one: { concurrency: 1, paused: true } });
  const ids: string[] = [];
  for (let count = 0; count < 3; count++) ids.push(await dugdale.queue("silent.sh", { lane: "one" }));
  await dugdale.post(`/v1/missions/${ids[0]}/kill`);
  await dugdale.call("DELETE", `/v1/missions/${ids[1]}`);
  await dugdale.post("/v1/admin/lanes/one/continue");
  assertEquals((await dugdale.done(ids[2] ?? "")).outcome, "success");
});

Deno.test("a crash of a mission gives its slot back", async () => {
  await lanes({ one: { concurrency: 1 } });
  for (let count = 0; count < 5; count++) {
    assertEquals((await dugdale.run("there_is_no_such_mission", { lane: "one" })).outcome, "crashed");
  }
  assertEquals((await dugdale.run("succeeds.sh", { lane: "one" })).outcome, "success");
});

ownTest("five hundred missions at once in a wide lane all run exactly once", async () => {
  await lanes({ wide: { concurrency: 32 } });
  const log = await Deno.makeTempFile({ prefix: "letts-contract-log-" });
  try {
    const input = { log };
    const ids = await Promise.all(
      Array.from({ length: 500 }, () => dugdale.queue("logs_runs.sh", { lane: "wide", input })),
    );
    const records = await Promise.all(ids.map((id) => dugdale.done(id)));
    assertEquals(new Set(records.map(({ outcome }) => outcome)), new Set(["success"]));
    const starts = (await Deno.readTextFile(log)).split("\n").filter((line) => line.startsWith("start"));
    assertEquals(starts.map((line) => line.split(" ")[1]).sort(), [...ids].sort());
  } finally {
    await Deno.remove(log);
  }
});

async function listed(as: "admin" | "dispatch" | "exec" = "admin"): Promise<Fields[]> {
  const list: Fields[] = JSON.parse((await dugdale.get("/v1/lanes", { as })).text);
  return list.sort((a, b) => String(a.name) < String(b.name) ? -1 : 1);
}

/** Dispatches missions that run until they are ended, each after the answer for the one before: that is their order. */
async function oneByOne(count: number, lane: string): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) ids.push(await dugdale.queue("forever.sh", { lane }));
  return ids;
}

/** Applies these lanes and no others; what other tests have left in lanes of the same names is killed. */
async function lanes(lanes: Fields): Promise<void> {
  await apply(dugdale, { lanes: {} });
  await apply(dugdale, { mission_dir: MISSIONS, lanes });
}
