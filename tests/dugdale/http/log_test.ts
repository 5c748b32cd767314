import { assertEquals, assertMatch } from "@std/assert";
import { lineLog } from "../../../dugdale/host/log.ts";
import { ids, openRunning, type Running } from "../running.ts";

type Logged = Record<string, unknown>;

/** A dugdale and what it logs. */
async function openLogged(): Promise<{ running: Running; records: (msg: string) => Logged[] }> {
  const lines: string[] = [];
  const log = lineLog("info", "json", (line) => lines.push(line));
  const running = await openRunning({ log, network: { behindTlsProxy: true } });
  const records = (msg: string): Logged[] =>
    lines.map((line) => JSON.parse(line)).filter((record) => record.msg === msg);
  return { running, records };
}

async function queue(running: Running, lane: string, files?: unknown): Promise<string> {
  const key = ids.mission();
  const { status, text } = await running.request("POST", "/v1/dispatch", {
    key,
    as: "dispatch",
    body: { lane, mission: "m", files },
  });
  assertEquals(status, 202, text);
  return key;
}

Deno.test("each successful action of an admin is audited once, with actor, action and target", async () => {
  const { running, records } = await openLogged();
  await using _running = running;
  await running.apply({ work: { concurrency: 2 }, held: { concurrency: 1, paused: true } }, ["sleep", "600"]);
  const waiting = await queue(running, "held"), active = await queue(running, "work");
  const file = await running.stage("content");
  const user = await queue(running, "held", [{ role: "data", staging_id: file }]);
  const post = async (path: string, body?: unknown): Promise<Logged> => {
    const headers = { "x-forwarded-for": "192.0.2.7, nonsense" };
    return (await running.request("POST", path, { headers, ...(body === undefined ? {} : { body }) })).body;
  };
  const seen = (action: string): Logged[] =>
    records(action).map(({ time: _time, level, msg, audit, remote_addr, ...facts }) => {
      assertEquals([level, msg, audit], ["INFO", facts.action, true]);
      assertMatch(String(remote_addr), /^127\.0\.0\.1:\d+$/);
      return facts;
    });
  const who = { actor: "admin-token", forwarded_for: "192.0.2.7, nonsense" };
  const only = (action: string, facts: Logged): void =>
    assertEquals(seen(action), [{ action, ...who, ...facts }]);

  await post("/v1/admin/lanes/held/pause");
  only("lane.pause", { lane: "held" });
  await post(`/v1/missions/${waiting}/kill`);
  await post(`/v1/missions/${active}/kill`);
  await post(`/v1/missions/${waiting}/kill`);
  await post(`/v1/missions/nonsense/kill`);
  const killed = { action: "mission.kill", ...who, kind: "mission" };
  assertEquals(seen("mission.kill"), [
    { ...killed, mission_id: waiting, from_status: "queued" },
    { ...killed, mission_id: active, from_status: "running" },
  ]);
  await running.ended(active);
  const { mission_id: again } = await post(`/v1/missions/${waiting}/restart`);
  only("mission.restart", { mission_id: waiting, new_mission_id: again });
  const many = [...Array.from({ length: 99 }, () => ids.mission()), waiting, "nonsense"];
  await post("/v1/missions/bulk-restart", { ids: many });
  only("mission.bulk_restart", { count: 101, ids: many.slice(0, 100), ids_truncated_at: 100 });
  await post("/v1/missions/bulk-delete", { ids: [waiting], force: true });
  only("mission.bulk_delete", { count: 1, force: true, ids: [waiting] });
  for (const query of ["", "?force=true"]) {
    await running.request("DELETE", `/v1/staging/${file}${query}`, {
      headers: { "x-forwarded-for": who.forwarded_for },
    });
  }
  only("staging.delete", { staging_id: file, force: true, cascade_missions: 1 });
  await post("/v1/admin/lanes/held/continue");
  only("lane.continue", { lane: "held" });
  await running.request("DELETE", `/v1/missions/${active}`);
  assertEquals(seen("mission.delete"), [
    { action: "mission.delete", actor: "admin-token", mission_id: active, force: false },
  ]);
  assertEquals((await running.request("GET", `/v1/missions/${user}`)).status, 404);
  const body = { lanes: { work: { concurrency: 3 }, more: { concurrency: 1 } }, runtime: {} };
  const query = "?prune=true&force_prune=true&force=true";
  await running.request("POST", `/v1/admin/apply${query}`, { body });
  assertEquals(seen("admin.apply").at(-1), {
    action: "admin.apply",
    actor: "admin-token",
    force: true,
    prune: true,
    force_prune: true,
    diff: {
      MissionDirChanged: false,
      LabelsChanged: false,
      RuntimeChanged: true,
      LanesAdded: ["more"],
      LanesRemoved: ["held"],
      LanesResized: ["work"],
    },
    started: ["more"],
    stopped: ["held"],
    resized: ["work"],
  });
});

Deno.test("the life of a mission is logged: dispatched, started, finished", async () => {
  const { running, records } = await openLogged();
  await using _running = running;
  await running.apply({ work: { concurrency: 1 } }, ["sh", "-c", "exit 3"]);
  const id = await queue(running, "work");
  const { pid, duration_ms, fail_message } = await running.ended(id);
  const facts = { level: "INFO", msg: "mission", mission_id: id, lane: "work" };
  assertEquals(records("mission").map(({ time: _time, ...rest }) => rest), [
    { ...facts, phase: "dispatched", mission_name: "m" },
    { ...facts, phase: "started", kind: "mission", mission_name: "m", pid },
    {
      ...facts,
      phase: "finished",
      kind: "mission",
      mission_name: "m",
      outcome: "failed",
      duration_ms,
      fail_reason: "no_event_nonzero_exit",
      fail_message,
      exit_code: 3,
    },
  ]);
});

Deno.test("each request is logged at its end, with the mission that its path names", async () => {
  const { running, records } = await openLogged();
  await using _running = running;
  await running.request("GET", "/v1/missions/any%20thing/events?from=1");
  await running.request("GET", "/v1/healthz", { as: "anonymous" });
  assertEquals(
    records("request").map(({ time: _time, level: _level, duration_ms, ...rest }) => {
      assertEquals(typeof duration_ms, "number");
      return rest;
    }),
    [
      {
        msg: "request",
        method: "GET",
        path: "/v1/missions/any%20thing/events",
        status: 400,
        mission_id: "any%20thing",
      },
      { msg: "request", method: "GET", path: "/v1/healthz", status: 200 },
    ],
  );
});
