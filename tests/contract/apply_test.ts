import { assert, assertEquals } from "@std/assert";
import { pause } from "./daemon.ts";
import type { Fields, Reply } from "./dugdale.ts";
import { apply, assertProblem, daemonTest, MISSIONS, sharedDugdale } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale({ state: null });
const EMPTY_DIFF = {
  MissionDirChanged: false,
  LabelsChanged: false,
  RuntimeChanged: false,
  LanesAdded: null,
  LanesRemoved: null,
  LanesResized: null,
};
const NOTHING = { diff: EMPTY_DIFF, started: null, stopped: null, resized: null };

Deno.test("a first apply reports what it added, and the same again changes nothing", async () => {
  await apply(dugdale, {});
  const body = {
    mission_dir: MISSIONS,
    labels: ["prod", "blue"],
    lanes: { one: { concurrency: 4 }, two: { concurrency: 1, paused: true } },
    runtime: {
      mission_path_template: "{mission}.sh",
      command_template: ["sh", "{mission_path}"],
      validate_mission_file: true,
    },
  };
  const before = Date.now();
  const first = await dugdale.post("/v1/admin/apply", body);
  assertEquals(first.status, 200);
  assertEquals(sorted(first), {
    diff: {
      MissionDirChanged: true,
      LabelsChanged: true,
      RuntimeChanged: true,
      LanesAdded: ["one", "two"],
      LanesRemoved: null,
      LanesResized: null,
    },
    started: ["one", "two"],
    stopped: null,
    resized: null,
  });
  const { applied_at, source, state, ...rest } = (await dugdale.get("/v1/admin/state")).body;
  assert(Number(applied_at) >= before && Number(applied_at) <= Date.now());
  assertEquals([typeof source, rest], ["string", {}]);
  assertEquals(state, {
    ...body,
    lanes: { one: { concurrency: 4 }, two: { concurrency: 1, paused: true, paused_by: "yaml" } },
  });
  assertEquals((await dugdale.post("/v1/admin/apply", body)).body, NOTHING);
  assert(Number((await dugdale.get("/v1/admin/state")).body.applied_at) >= Number(applied_at));
});

Deno.test("an empty body, a value that is not a JSON object, and wrong types are refused", async () => {
  const bodies = [
    "",
    "{",
    "x",
    "[]",
    "1",
    '{"mission_dir":1}',
    '{"labels":"x"}',
    '{"labels":[1]}',
    '{"lanes":[]}',
    '{"lanes":{"a":1}}',
    '{"lanes":{"a":{"concurrency":"1"}}}',
    '{"lanes":{"a":{"concurrency":1.5}}}',
    '{"lanes":{"a":{"paused":1}}}',
    '{"runtime":{"command_template":"sh"}}',
    '{"runtime":{"command_template":[1]}}',
    '{"runtime":{"mission_path_template":[]}}',
    '{"runtime":{"validate_mission_file":"yes"}}',
    '{"runtime":7}',
  ];
  for (const body of bodies) assertProblem(await dugdale.post("/v1/admin/apply", body), 400, "invalid_json");
});

Deno.test("an invalid lane name is refused and named", async () => {
  for (const lane of ["", "A", "1a", "a b", "x".repeat(33), "_a", "ä"]) {
    const reply = await dugdale.post("/v1/admin/apply", {
      lanes: { good: { concurrency: 1 }, [lane]: { concurrency: 1 } },
    });
    assertEquals([reply.status, reply.body.error], [400, "invalid_lane_name"]);
    const { lane: named, reason } = Object(reply.body.details);
    assertEquals(named, lane);
    assert(typeof reason === "string" && reason !== "");
  }
});

daemonTest("a body beyond its limit is refused", async () => {
  const body = { mission_dir: "x".repeat(CAPS.applyBodyBytes) };
  const details = { limit_bytes: CAPS.applyBodyBytes };
  assertProblem(await dugdale.post("/v1/admin/apply", body), 413, "payload_too_large", details);
});

Deno.test("what a body leaves out gets its zero value; null is as absent; client provenance does not count", async () => {
  await apply(dugdale, {
    mission_dir: "/x",
    labels: ["a"],
    lanes: { one: { concurrency: 1 } },
    runtime: { validate_mission_file: true },
  });
  await dugdale.post("/v1/admin/apply", {
    mission_dir: null,
    lanes: { one: null, two: { concurrency: 2, paused: false, paused_by: "ctl" } },
  });
  assertEquals((await dugdale.get("/v1/admin/state")).body.state, {
    mission_dir: "",
    labels: null,
    lanes: { one: { concurrency: 0 }, two: { concurrency: 2 } },
    runtime: { validate_mission_file: false },
  });
});

Deno.test("lanes that are not named stay without prune, and go with it", async () => {
  await apply(dugdale, { lanes: { one: { concurrency: 1 }, two: { concurrency: 2 } } });
  const kept = await dugdale.post("/v1/admin/apply", { lanes: { three: { concurrency: 3 } } });
  assertEquals(kept.body, { ...NOTHING, diff: { ...EMPTY_DIFF, LanesAdded: ["three"] }, started: ["three"] });
  assertEquals(await laneNames(), ["one", "three", "two"]);
  const pruned = await dugdale.post("/v1/admin/apply?prune=true", { lanes: { three: { concurrency: 3 } } });
  assertEquals(sorted(pruned), {
    ...NOTHING,
    diff: { ...EMPTY_DIFF, LanesRemoved: ["one", "two"] },
    stopped: ["one", "two"],
  });
  assertEquals(await laneNames(), ["three"]);
  await dugdale.post("/v1/admin/apply?prune=true", {});
  assertEquals((await dugdale.get("/v1/lanes")).text, "[]\n");
  assertEquals(Object((await dugdale.get("/v1/admin/state")).body.state).lanes, null);
});

Deno.test("a change of concurrency or of pause counts as resized; only concurrency is one for the runner", async () => {
  await apply(dugdale, {
    lanes: { one: { concurrency: 1 }, two: { concurrency: 2 }, three: { concurrency: 3 } },
  });
  const reply = await dugdale.post("/v1/admin/apply", {
    lanes: { one: { concurrency: 5 }, two: { concurrency: 2, paused: true }, three: { concurrency: 3 } },
  });
  assertEquals(sorted(reply), {
    ...NOTHING,
    diff: { ...EMPTY_DIFF, LanesResized: ["one", "two"] },
    resized: ["one"],
  });
});

Deno.test("a change of any part of the runtime is reported; an absent list differs from an empty one", async () => {
  const steps: [Fields, boolean][] = [
    [{ command_template: ["{mission}"] }, true],
    [{ command_template: ["{mission}"] }, false],
    [{ command_template: ["{mission}", "x"] }, true],
    [{ command_template: [] }, true],
    [{}, true],
    [{ validate_mission_file: true }, true],
    [{ validate_mission_file: true, mission_path_template: "{mission}.sh" }, true],
    [{ validate_mission_file: true, mission_path_template: "{mission}.sh" }, false],
  ];
  await apply(dugdale, {});
  for (const [runtime, changed] of steps) {
    const { diff } = (await dugdale.post("/v1/admin/apply", { runtime })).body;
    assertEquals(Object(diff).RuntimeChanged, changed, JSON.stringify(runtime));
  }
});

Deno.test("an absent list of labels differs from an empty one", async () => {
  await apply(dugdale, {});
  for (
    const [labels, changed] of [[[], true], [[], false], [null, true], [["a"], true], [["a"], false]] as const
  ) {
    const { diff } = (await dugdale.post("/v1/admin/apply", { labels })).body;
    assertEquals(Object(diff).LabelsChanged, changed, JSON.stringify(labels));
  }
});

Deno.test("runtime and mission directory change under unfinished missions only with force", async () => {
  const lanes = { held: { concurrency: 1, paused: true } };
  await apply(dugdale, { mission_dir: MISSIONS, lanes });
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  const details = { reason: "runtime_or_mission_dir_changed_with_active_missions" };
  for (
    const body of [{ mission_dir: "/other", lanes }, {
      mission_dir: MISSIONS,
      lanes,
      runtime: { command_template: ["x"] },
    }]
  ) {
    assertProblem(await dugdale.post("/v1/admin/apply", body), 409, "conflict", details);
    assertProblem(await dugdale.post("/v1/admin/apply?prune=true", body), 409, "conflict", details);
  }
  assertEquals(Object((await dugdale.get("/v1/admin/state")).body.state).mission_dir, MISSIONS);
  // Lanes and labels may change.
  assertEquals(
    (await dugdale.post("/v1/admin/apply", { mission_dir: MISSIONS, lanes, labels: ["x"] })).status,
    200,
  );
  assertEquals(
    (await dugdale.post("/v1/admin/apply?force=true", { mission_dir: "/other", lanes })).status,
    200,
  );
  await dugdale.post(`/v1/missions/${id}/kill`);
  assertEquals((await dugdale.post("/v1/admin/apply", { mission_dir: MISSIONS, lanes })).status, 200);
});

Deno.test("lanes with unfinished missions are removed only by force_prune; the conflict names them", async () => {
  const state = {
    mission_dir: MISSIONS,
    lanes: { held: { concurrency: 1, paused: true }, busy: { concurrency: 1 }, idle: { concurrency: 1 } },
  };
  await apply(dugdale, state);
  const queued = await dugdale.queue("silent.sh", { lane: "held" });
  const running = await dugdale.queue("forever.sh", { lane: "busy" });
  await dugdale.event(running, "progress", "ready");
  const waiting = await dugdale.queue("silent.sh", { lane: "busy" });
  const empty = { mission_dir: MISSIONS, lanes: { other: { concurrency: 1 } } };
  for (const query of ["prune=true", "prune=true&force=true"]) {
    const reply = await dugdale.post(`/v1/admin/apply?${query}`, empty);
    assertEquals([reply.status, reply.body.error], [409, "conflict"]);
    const { reason, blocked_lanes } = Object(reply.body.details);
    assertEquals([reason, blocked_lanes.sort()], ["lanes_with_active_missions", ["busy", "held"]]);
  }
  assertEquals((await dugdale.record(queued)).status, "queued");

  const reply = await dugdale.post("/v1/admin/apply?force_prune=true", empty);
  assertEquals([reply.status, Object(reply.body.diff).LanesRemoved.sort()], [200, ["busy", "held", "idle"]]);
  for (const id of [queued, waiting]) {
    const record = await dugdale.record(id);
    assertEquals(
      [record.status, record.outcome, record.fail_reason, record.exit_code],
      ["done", "killed", "lane_removed", 0],
    );
  }
  const killed = await dugdale.done(running);
  assertEquals([killed.outcome, killed.fail_reason, killed.signal], ["killed", "lane_removed", "TERM"]);
  assert(String(killed.fail_message).includes('"busy"'));
  assertProblem(await dugdale.dispatch({ mission: "silent.sh", lane: "held" }), 400, "unknown_lane");
  assertEquals(await laneNames(), ["other"]);
});

Deno.test("a lane that was force-pruned and comes back works at once", async () => {
  const state = { mission_dir: MISSIONS, lanes: { again: { concurrency: 1 } } };
  for (let round = 0; round < 5; round++) {
    await apply(dugdale, state);
    const running = await dugdale.queue("forever.sh", { lane: "again" });
    await dugdale.event(running, "progress", "ready");
    await apply(dugdale, { lanes: {} });
    await apply(dugdale, state);
    assertEquals((await dugdale.run("succeeds.sh", { lane: "again" })).outcome, "success");
    assertEquals((await dugdale.done(running)).fail_reason, "lane_removed");
  }
});

Deno.test("dispatches during a forced prune are accepted and killed, or refused; none is lost", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { gone: { concurrency: 2, paused: true } } });
  for (let count = 0; count < 50; count++) await dugdale.queue("silent.sh", { lane: "gone" });
  const dispatches = Array.from({ length: 100 }, async (_, index) => {
    await pause(index % 20);
    return await dugdale.dispatch({ mission: "silent.sh", lane: "gone" });
  });
  await apply(dugdale, { mission_dir: MISSIONS, lanes: {} });
  for (const { status, body, headers } of await Promise.all(dispatches)) {
    if (status === 202) {
      const { outcome, fail_reason } = await dugdale.done(String(body.mission_id));
      assertEquals([outcome, fail_reason], ["killed", "lane_removed"]);
    } else if (status === 503) {
      assertEquals([body.error, Object(body.details).lane, headers.get("retry-after")], [
        "lane_removing",
        "gone",
        "5",
      ]);
    } else assert(body.error === "unknown_lane" || body.error === "no_lanes_configured", String(body.error));
  }
});

Deno.test("applies at once are serialized: each answer is a step, and the last one stands", async () => {
  await apply(dugdale, { lanes: {} });
  const replies = await Promise.all(
    Array.from(
      { length: 20 },
      (_, index) => dugdale.post("/v1/admin/apply", { lanes: { [`l${index}`]: { concurrency: 1 } } }),
    ),
  );
  assertEquals(
    replies.map(({ status, body }) => [status, Object(body.diff).LanesAdded?.length]),
    Array(20).fill([200, 1]),
  );
  assertEquals((await laneNames()).length, 20);
});

/** The answer of an apply with its lists in order, since their order says nothing. */
function sorted({ body }: Reply): unknown {
  return JSON.parse(JSON.stringify(body), (_, value) => Array.isArray(value) ? value.sort() : value);
}

async function laneNames(): Promise<string[]> {
  const lanes: { name: string }[] = JSON.parse((await dugdale.get("/v1/lanes")).text);
  return lanes.map(({ name }) => name).sort();
}
