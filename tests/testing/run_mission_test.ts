import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type MissionContext, MissionFailure, type Reporter } from "../../mission/mod.ts";
import { runMission } from "../../testing/mod.ts";

Deno.test("L36: runMission() answers with the outcome and everything that was said", async () => {
  const error = new RangeError("row 3 is odd");
  const { outcome, ...trial } = await runMission((m) => {
    m.note("from the cache");
    m.state("loading");
    m.progress(0.5, "half");
    m.warn("disk is slow", { ms: 900 });
    m.warn(error);
    m.meta({ rows: m.int("rows"), status: "mine" });
    m.log.info("loaded", { rows: 7 });
    m.report.add({ user: 7 });
    m.state("drawing");
    m.note("done");
    return { states: m.states, last: m.lastState };
  }, { input: { rows: 7 } });
  assertEquals(outcome, "success");
  assertEquals(trial.return, { states: ["loading", "drawing"], last: "drawing" });
  assertEquals(trial.notes, ["from the cache", "done"]);
  assertEquals(trial.states, ["loading", "drawing"]);
  assertEquals(trial.meta, { rows: 7, status: "mine" });
  assertEquals(trial.progress, [{ value: 0.5, message: "half" }]);
  assertEquals(trial.log, [{ level: "info", message: "loaded", fields: { rows: 7 } }]);
  assertEquals(trial.warnings.map(({ message }) => message), ["disk is slow", "row 3 is odd"]);
  assertEquals(trial.reports, [{ problem: "disk is slow", data: {} }, { problem: error, data: {} }]);
  assertStringIncludes(trial.stderr, '"message":"loaded"');
});

Deno.test("L28: runMission() keeps the states of a mission without a dugdale, and as progress for an old one", async () => {
  const states = ["a", "b", "a"];
  const walk = (m: MissionContext) => states.forEach((name) => m.state(name));
  assertEquals((await runMission(walk)).states, states);
  const old = await runMission(walk, { features: [] });
  assertEquals([old.states, old.progress.at(-1)], [[], { message: "a" }]);
});

Deno.test("L24: a mission that warns is a success with its warnings", async () => {
  const trial = await runMission((m) => m.warn("odd"));
  assertEquals([trial.outcome, trial.warnings], ["success", [{ message: "odd" }]]);
});

Deno.test("L26: runMission() answers a wrong input with the reason, the path and the type", async () => {
  for (const input of [{ n: "5" }, { n: null }, {}]) {
    const trial = await runMission((m) => ({ n: m.int("n") }), { input });
    assertEquals([trial.outcome, trial.failReason], ["failed", "invalid_input"]);
    assertStringIncludes(trial.failMessage ?? "", '"n"');
  }
  const parse = (raw: unknown): number => {
    throw new TypeError(`not ${JSON.stringify(raw)}`);
  };
  const refused = await runMission((m) => ({ n: m.input + 1 }), { input: { a: 1 }, parse });
  assertEquals([refused.failReason, refused.failMessage], ["invalid_input", 'not {"a":1}']);
});

Deno.test("L36: runMission() answers with what was thrown, or throws it", async () => {
  const failure = new MissionFailure("no such video", { reason: "gone", details: { id: 7 }, exitCode: 3 });
  const fail = () => Promise.reject(failure);
  const { outcome, failReason, failMessage, failDetails, error, reports } = await runMission(fail);
  assertEquals({ outcome, failReason, failMessage, failDetails }, {
    outcome: "failed",
    failReason: "gone",
    failMessage: "no such video",
    failDetails: { id: 7 },
  });
  assert(error === failure);
  assertEquals(reports.map(({ problem }) => problem), [failure]);
  await assertRejects(() => runMission(fail, { throwOnFailure: true }), MissionFailure, "no such video");
});

Deno.test("L25: runMission() runs before, the mission and after, and a failure of any fails it", async () => {
  const order: string[] = [];
  const hooks = { before: () => order.push("before"), after: () => order.push("after") };
  await runMission(() => void order.push("run"), hooks);
  await runMission(() => Promise.reject(new Error("odd")), hooks);
  assertEquals(order, ["before", "run", "after", "before", "after"]);
  const broken = { before: () => Promise.reject(new Error("no disk")) };
  assertEquals((await runMission(() => {}, broken)).failMessage, "no disk");
});

Deno.test("L14: what is provided is made once for a hundred missions, and given to reporters", async () => {
  let made = 0;
  const provide = () => Promise.resolve({ id: ++made });
  const seen = new Set<unknown>();
  const reporters: Reporter<{ id: number }>[] = [{
    reportError: (_, { services }) => void seen.add(services),
  }];
  for (let n = 0; n < 100; n++) {
    const { return: returned } = await runMission((m) => {
      if (n % 2 === 1) throw new Error("odd");
      return { id: m.services.id };
    }, { provide, reporters });
    assertEquals(returned, n % 2 === 1 ? undefined : { id: 1 });
  }
  assertEquals([made, [...seen]], [1, [{ id: 1 }]]);
});

Deno.test("what could not be provided is tried again by the next mission", async () => {
  let tries = 0;
  const provide = () => ++tries === 1 ? Promise.reject(new Error("no pool")) : Promise.resolve(tries);
  const trial = () => runMission((m) => ({ made: m.services }), { provide });
  assertEquals((await trial()).failMessage, "no pool");
  assertEquals((await trial()).return, { made: 2 });
});

Deno.test("L23: data of one mission is not that of the next", async () => {
  const fails = (m: MissionContext) => {
    m.report.add({ [m.string("name")]: 1 });
    throw new Error("odd");
  };
  const dataOf = async (name: string) => (await runMission(fails, { input: { name } })).reports[0]?.data;
  assertEquals([await dataOf("a"), await dataOf("b")], [{ a: 1 }, { b: 1 }]);
});

Deno.test("runMission() gives input files, and answers with output files of a success", async () => {
  const copy = async (m: MissionContext) => {
    const text = await new Response(m.file("a").open()).text();
    await Deno.writeTextFile(m.output("copy"), text.toUpperCase());
    if (m.bool("fails", false)) throw new Error("late");
    return { size: m.file("a").size, sha256: m.file("a").sha256?.length, roles: [...m.files.keys()] };
  };
  const files = { a: "text", b: new Uint8Array([1]) };
  const trial = await runMission(copy, { files });
  assertEquals(trial.return, { size: 4, sha256: 64, roles: ["a", "b"] });
  assertEquals(new TextDecoder().decode(trial.outputs.copy), "TEXT");
  assertEquals((await runMission(copy, { files, input: { fails: true } })).outputs, {});
  const missing = await runMission((m) => void m.declareOutput("none"));
  assertEquals(missing.outcome, "failed");
  let folder = "";
  await runMission((m) => void (folder = m.tmpDir));
  await assertRejects(() => Deno.stat(folder), Deno.errors.NotFound);
});

Deno.test("runMission() stops a mission as a kill does, and reports nothing of it", async () => {
  const stop = new AbortController();
  const trial = await runMission(async (m) => {
    setTimeout(() => stop.abort(), 0);
    for (;;) await m.yield();
  }, { signal: stop.signal });
  assertEquals([trial.outcome, trial.failReason, trial.reports], ["failed", "interrupted", []]);
});

Deno.test("runMission() tells which attempt it is", async () => {
  const { return: returned, ...trial } = await runMission(
    ({ attempt, lastAttempt }) => ({ attempt, lastAttempt }),
    { attempt: { number: 2, of: 3 } },
  );
  assertEquals(returned, { attempt: 2, lastAttempt: false });
  assertEquals([trial.outcome, trial.error], ["success", undefined]);
});
