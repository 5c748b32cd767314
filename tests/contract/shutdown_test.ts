import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Daemon, pause, Place, until } from "./daemon.ts";
import type { Dugdale } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, callsTo, MISSIONS, ownTest, STATE } from "./harness.ts";

ownTest("a signal to an idle dugdale ends it with 0", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using place = await Place.make();
    await using daemon = await place.start();
    daemon.signal(signal);
    assertEquals((await daemon.exited).code, 0);
    const records = (await place.printed("stderr")).trimEnd().split("\n").map((line) => JSON.parse(line));
    const [received, stopped] = records.slice(-2);
    assertEquals([received.msg, received.sig, stopped.msg], [
      "signal received",
      signal,
      "dugdale stopped cleanly",
    ]);
  }
});

ownTest("the first signal drains: nothing new is taken or started, what runs ends as it wants", async () => {
  await using place = await Place.make();
  const gate = `${place.dir}/gate`;
  const queued: string[] = [];
  const running = newId();
  {
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    const done = await dugdale.queue("silent.sh");
    await dugdale.done(done);
    await dugdale.queue("waits_for_file.sh", { id: running, lane: "slow", input: { gate } });
    for (let count = 0; count < 3; count++) queued.push(await dugdale.queue("silent.sh", { lane: "slow" }));
    await dugdale.event(running, "progress", "ready");
    const followed = dugdale.events(running, "follow=true");
    await draining(daemon, dugdale);

    const dispatch = await dugdale.dispatch({ mission: "silent.sh" });
    assertProblem(dispatch, 503, "draining");
    assertEquals(dispatch.headers.get("retry-after"), "30");
    const headers = { "idempotency-key": newId() };
    const exec = await dugdale.post("/v1/exec/dispatch", { lane: "fast", command: ["true"] }, {
      as: "exec",
      headers,
    });
    assertProblem(exec, 503, "draining");
    assertEquals(exec.headers.get("retry-after"), "30");
    // Draining is told before anything else is looked at, a repeat included.
    assertProblem(await dugdale.dispatch({ id: done, mission: "silent.sh" }), 503, "draining");
    assertProblem(await dugdale.dispatch({ id: "x", mission: "" }), 503, "draining");
    const ready = await dugdale.get("/v1/readyz");
    assertProblem(ready, 503, "awaiting_drain");
    assertEquals(ready.headers.get("retry-after"), "30");
    assertEquals((await dugdale.get("/v1/healthz")).status, 200);
    assertEquals((await dugdale.record(running)).status, "running");
    const upload = { "x-letts-sha256": "0".repeat(64) };
    const put = await dugdale.call("PUT", `/v1/staging/${newId()}`, { headers: upload, body: "x" });
    assertProblem(put, 503, "draining");
    const restarted = await dugdale.post(`/v1/missions/${done}/restart`);
    assertEquals(restarted.status, 201);
    queued.push(String(restarted.body.mission_id));
    // What waits can still be killed and deleted.
    const killed = await dugdale.post(`/v1/missions/${queued.shift()}/kill`);
    assertEquals(killed.body, { status: "killed" });
    assertEquals((await dugdale.call("DELETE", `/v1/missions/${queued.shift()}`)).status, 202);
    await apply(dugdale, STATE);
    await pause(50);
    for (const id of queued) assertEquals((await dugdale.record(id)).status, "queued");

    await Deno.writeTextFile(gate, "");
    const events = await followed;
    assertEquals(events.map(({ event }) => event), ["queued", "running", "progress", "done"]);
    assertEquals(events.at(-1)?.outcome, "success");
    assertEquals((await daemon.exited).code, 0);
  }
  const table = (await place.printed("stderr")).split("\n").filter((line) => !line.startsWith("{")).join(
    "\n",
  );
  assertStringIncludes(table, "[graceful-shutdown]");
  assertStringIncludes(table, running.slice(0, 8));
  assertStringIncludes(table, "waits_for_file.sh");

  await using daemon = await place.start();
  const dugdale = callsTo(daemon);
  for (const id of queued) assertEquals((await dugdale.done(id)).outcome, "success");
  assertEquals((await dugdale.record(running)).outcome, "success");
});

ownTest("a second signal ends what runs; a third one changes nothing", async () => {
  await using place = await Place.make();
  const ids: string[] = [];
  {
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    for (const mission of ["forever.sh", "ignores_term.sh"]) ids.push(await dugdale.queue(mission));
    for (const id of ids) await dugdale.event(id, "progress", "ready");
    const followed = Promise.all(ids.map((id) => dugdale.event(id, "done")));
    await draining(daemon, dugdale);
    daemon.signal("SIGINT");
    await dugdale.event(ids[0] ?? "", "done");
    daemon.signal("SIGTERM");
    for (const { outcome, fail_reason } of await followed) {
      assertEquals([outcome, fail_reason], ["killed", "dugdale_shutdown"]);
    }
    assertEquals((await daemon.exited).code, 0);
  }
  await using daemon = await place.start();
  const dugdale = callsTo(daemon);
  const [polite, gated] = await Promise.all(ids.map((id) => dugdale.record(id)));
  assertEquals([polite?.signal, gated?.signal], ["TERM", "KILL"]);
});

ownTest(
  "followers of a queued mission do not delay the shutdown: their streams end",
  async () => {
    await using place = await Place.make();
    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
    const id = await dugdale.queue("silent.sh", { lane: "held" });
    const paths = [
      "events?follow=true",
      "output?stream=stdout&follow=true",
      "output?stream=combined&follow=true",
    ];
    const open = await Promise.all(paths.map((path) => dugdale.open("GET", `/v1/missions/${id}/${path}`)));
    daemon.signal("SIGTERM");
    const [events, ...outputs] = await Promise.all(open.map((response) => response.text()));
    assertEquals(events?.split("\n").map((line) => line && JSON.parse(line).event), ["queued", ""]);
    assertEquals(outputs, ["", ""]);
    assertEquals((await daemon.exited).code, 0);
  },
);

ownTest("SIGINT drains like SIGTERM, and missions do not get it", async () => {
  await using place = await Place.make();
  await using daemon = await place.start();
  const dugdale = await prepared(daemon);
  const gate = `${place.dir}/gate`;
  const id = await dugdale.queue("waits_for_file.sh", { input: { gate } });
  await dugdale.event(id, "progress", "ready");
  const done = dugdale.event(id, "done");
  daemon.signal("SIGINT");
  await until(async () => (await dugdale.get("/v1/readyz")).status === 503);
  await Deno.writeTextFile(gate, "");
  assertEquals((await done).outcome, "success");
  await daemon.exited;
});

ownTest("a dugdale whose lock file is taken away drains and ends by itself", async () => {
  await using place = await Place.make();
  await using daemon = await place.start();
  const dugdale = await prepared(daemon);
  await Deno.remove(`${place.dataDir}/dugdale.lock`);
  await until(async () => (await dugdale.get("/v1/readyz").catch(() => ({ status: 503 }))).status === 503);
  assertEquals((await daemon.exited).code, 0);
});

async function prepared(daemon: Daemon): Promise<Dugdale> {
  const dugdale = callsTo(daemon);
  await apply(dugdale, { ...STATE, mission_dir: MISSIONS });
  return dugdale;
}

/** Sends the first signal and waits until it has been heard. */
async function draining(daemon: Daemon, dugdale: Dugdale): Promise<void> {
  daemon.signal("SIGTERM");
  await until(async () => (await dugdale.get("/v1/readyz")).body.error === "awaiting_drain");
}
