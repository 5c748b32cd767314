import { assert, assertEquals } from "@std/assert";
import { assertProblem, MISSIONS, sharedDugdale } from "./harness.ts";

const LANES = { fast: { concurrency: 16 } };
const dugdale = sharedDugdale({ state: { mission_dir: MISSIONS, lanes: LANES } });
type Fields = Record<string, unknown>;

const apply = (schedules: unknown, query = "") =>
  dugdale.post(`/v1/admin/apply${query}`, { mission_dir: MISSIONS, lanes: LANES, schedules });
const settings = (own: Fields = {}) => ({ lane: "fast", mission: "silent.sh", every: "1h", ...own });

Deno.test("L8 a schedule runs its mission again and again, and its record tells of it", async () => {
  const reply = await apply({ pulse: settings({ every: "1s", overlap: "allow" }) });
  assertEquals([reply.status, reply.body.schedules], [200, { added: ["pulse"], changed: [], removed: [] }]);
  const since = Date.now();
  let last: Fields = {};
  while (Number(last.fired ?? 0) < 2) {
    assert(Date.now() < since + 20_000, "it does not fire");
    await new Promise((resolve) => setTimeout(resolve, 100));
    last = (await dugdale.get("/v1/schedules/pulse")).body;
  }
  assertEquals([last.name, last.paused, last.every, last.lane], ["pulse", false, "1s", "fast"]);
  const mission = await dugdale.done(String(last.last_mission_id));
  assertEquals([mission.outcome, mission.schedule, mission.scheduled_for], [
    "success",
    "pulse",
    last.last_at,
  ]);
  assertEquals((await apply({ pulse: null })).body.schedules, { added: [], changed: [], removed: ["pulse"] });
  assertProblem(await dugdale.get("/v1/schedules/pulse"), 404, "schedule_not_found");
});

Deno.test("the routes of schedules need an admin token", async () => {
  for (
    const [method, path] of [
      ["GET", "/v1/schedules"],
      ["GET", "/v1/schedules/x"],
      ["GET", "/v1/schedules/x/next"],
      ["POST", "/v1/schedules/x/pause"],
      ["POST", "/v1/schedules/x/continue"],
      ["POST", "/v1/schedules/x/run"],
    ] as const
  ) assertProblem(await dugdale.call(method, path, { as: "dispatch" }), 403, "forbidden");
});

Deno.test("a schedule that is not there is schedule_not_found", async () => {
  for (const path of ["", "/next"]) {
    assertProblem(await dugdale.get(`/v1/schedules/absent${path}`), 404, "schedule_not_found");
  }
  for (const action of ["pause", "continue", "run"]) {
    assertProblem(await dugdale.post(`/v1/schedules/absent/${action}`, {}), 404, "schedule_not_found");
  }
});

Deno.test("an apply with a schedule that breaks a rule is refused, and changes nothing", async () => {
  const bad: readonly (readonly [Fields, string])[] = [
    [settings({ every: undefined }), "needs cron or every, and not both"],
    [settings({ cron: "* * * * *" }), "needs cron or every, and not both"],
    [settings({ every: undefined, cron: "x" }), "must have five fields"],
    [settings({ every: undefined, cron: "0 0 31 2 *" }), "never fires"],
    [settings({ tz: "Nowhere" }), "must be an IANA time zone"],
    [settings({ overlap: "wait" }), 'overlap "wait" must be allow, skip, replace'],
    [settings({ missed: "some" }), 'missed "some" must be skip, once, all'],
    [settings({ jitter: "soon" }), "jitter: duration"],
    [settings({ jitter: "48h" }), 'jitter "48h" must not be negative or more than 24h'],
    [settings({ until: "soon" }), "until"],
    [settings({ lane: "absent" }), 'there is no lane "absent"'],
    [settings({ lane: "No Lane" }), "lane"],
    [settings({ mission: "../up" }), "mission"],
    [settings({ timeout: "soon" }), "timeout"],
    [settings({ files: [] }), "files cannot be sent along"],
    [settings({ run_at: 1 }), "run_at is said by cron or every"],
    [settings({ priority: "urgent" }), "priority"],
  ];
  for (const [own, text] of bad) {
    const reply = await apply({ good: settings(), s: own });
    assertEquals([reply.status, reply.body.error], [400, "invalid_schedule"]);
    const { schedule, reason } = reply.body.details as Fields;
    assertEquals([schedule, String(reason).includes(text)], ["s", true], JSON.stringify(reply.body));
  }
  assertEquals((await apply({ "Not a name": settings() })).body.error, "invalid_schedule");
  for (
    const shape of [[], "s", { s: 1 }, { s: settings({ every: 60 }) }, { s: settings({ paused: "yes" }) }]
  ) {
    assertProblem(await apply(shape), 400, "invalid_json");
  }
  assertEquals((await dugdale.get("/v1/schedules")).body, { schedules: [] });
});

Deno.test("pause, continue, run and next do what they say", async () => {
  await apply({ hourly: settings({ cron: "0 * * * *", every: undefined, tz: "Asia/Tokyo" }) });
  const paused = await dugdale.post("/v1/schedules/hourly/pause", { reason: "holidays" });
  const { by, who, reason } = paused.body.pause as Fields;
  assertEquals([paused.status, paused.body.paused, by, who, reason], [
    200,
    true,
    "ctl",
    "admin-token",
    "holidays",
  ]);
  assertEquals((await dugdale.post("/v1/schedules/hourly/continue")).body.paused, false);
  const next = await dugdale.get("/v1/schedules/hourly/next?count=3");
  const times = next.body.times as number[];
  assertEquals([next.body.tz, times.length], ["Asia/Tokyo", 3]);
  assertEquals(times.map((time) => time - times[0]!), [0, 3_600_000, 7_200_000]);
  assertEquals(times[0]! % 3_600_000, 0);
  assertEquals(((await dugdale.get("/v1/schedules/hourly/next")).body.times as number[]).length, 10);
  for (const count of ["0", "x"]) {
    assertProblem(await dugdale.get(`/v1/schedules/hourly/next?count=${count}`), 400, "bad_request");
  }
  const run = await dugdale.post("/v1/schedules/hourly/run");
  assertEquals([run.status, run.body.status], [202, "queued"]);
  assertEquals((await dugdale.done(String(run.body.mission_id))).schedule, "hourly");
  assertProblem(
    await dugdale.post("/v1/schedules/hourly/pause", { reason: "x".repeat(1025) }),
    400,
    "bad_request",
  );
  const state = (await dugdale.get("/v1/admin/state")).body.state as Fields;
  assertEquals(Object.keys(state.schedules as Fields), ["hourly"]);
  await apply({ hourly: null });
});

Deno.test("a schedule dispatches with the options that a dispatch has", async () => {
  const options = {
    priority: "high",
    tags: ["daily"],
    owner: "ops",
    key: "k",
    on_success: { mission: "silent.sh" },
  };
  assertEquals((await apply({ full: settings(options) })).status, 200);
  const run = await dugdale.post("/v1/schedules/full/run");
  const record = await dugdale.done(String(run.body.mission_id));
  const { priority, tags, owner, key, on_success, schedule } = record;
  assertEquals({ priority, tags, owner, key, on_success, schedule }, { ...options, schedule: "full" });
  await apply({ full: null });
});
