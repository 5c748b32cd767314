/** What a client of the first version sees of a dugdale whose additions are all in use. */
import { assert, assertEquals } from "@std/assert";
import type { Fields } from "./dugdale.ts";
import { apply, daemonTest, MISSIONS, sharedDugdale, STATE } from "./harness.ts";
import { newId } from "./ids.ts";

const dugdale = sharedDugdale();

type Type = "integer" | "number" | "string" | "map" | "any";

/** Members of events that the reference's clients decode, each into one type. */
const EVENT: Readonly<Record<string, Type>> = {
  seq: "integer",
  event: "string",
  time: "integer",
  time_created: "integer",
  time_started: "integer",
  time_finished: "integer",
  mission_id: "string",
  lane: "string",
  mission: "string",
  restarted_from: "string",
  pid: "integer",
  value: "number",
  message: "string",
  outcome: "string",
  exit_code: "integer",
  signal: "string",
  duration_ms: "integer",
  return: "any",
  fail_reason: "string",
  fail_message: "string",
  fail_details: "any",
  outputs: "map",
  progress_dropped: "integer",
};

/** Members of records in the same way. */
const RECORD: Readonly<Record<string, Type>> = {
  mission_id: "string",
  kind: "string",
  lane: "string",
  mission_name: "string",
  status: "string",
  outcome: "string",
  exit_code: "integer",
  signal: "string",
  fail_reason: "string",
  fail_message: "string",
  return: "any",
  input: "any",
  pid: "integer",
  time_created: "integer",
  time_started: "integer",
  time_finished: "integer",
  duration_ms: "integer",
  outputs: "map",
};

/** Decodes as Go does: another type of a known member is an error, what is unknown is left out. */
function decode(value: Fields, types: Readonly<Record<string, Type>>): Fields {
  const known = Object.entries(value).filter(([name]) => Object.hasOwn(types, name));
  for (const [name, member] of known) {
    assert(isOf(types[name]!, member), `${name} is ${JSON.stringify(member)} in ${JSON.stringify(value)}`);
  }
  return Object.fromEntries(known);
}

function isOf(type: Type, value: unknown): boolean {
  if (type === "any" || value === null) return true;
  if (type === "map") return typeof value === "object" && !Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  return type === "number" ? typeof value === "number" : typeof value === "string";
}

/** Follows as the reference does: it knows four events, and ends with `done`. */
async function follow(id: string): Promise<{ readonly done: Fields; readonly strange: string[] }> {
  const strange: string[] = [];
  let last = 0;
  for await (const line of dugdale.follow(id)) {
    const event = decode(line, EVENT);
    assert(Number(event.seq) > last, `seq ${event.seq} after ${last}`);
    last = Number(event.seq);
    if (event.event === "done") return { done: event, strange };
    if (!["queued", "running", "progress"].includes(String(event.event))) strange.push(String(event.event));
  }
  throw new Error(`the events of ${id} end without done`);
}

const RETRY = { attempts: 2, backoff: "50ms", jitter: 0 };

daemonTest(
  "N2 a reader with the reference's types follows a mission with retries, states, notes and warnings to its done",
  async () => {
    await apply(dugdale, STATE);
    const id = newId();
    const more = { retry: RETRY };
    assertEquals((await dugdale.dispatch({ id, mission: "says_all.sh", ...more })).status, 202);
    const { done, strange } = await follow(id);
    assertEquals([done.outcome, done.exit_code], ["success", 0]);
    const said = ["state", "note", "warning"];
    assertEquals(strange, [...said, "attempt", ...said]);
  },
);

daemonTest(
  "D8 an old client works with a dugdale that has options of lanes, rates, retries and schedules",
  async () => {
    const options = {
      timeout: "30s",
      pick: "weighted",
      retry: RETRY,
      leftovers: "kill",
      rate: { count: 1000, per: "1s" },
      per_key: 3,
    };
    const schedule = { lane: "slow", mission: "silent.sh", every: "1s", overlap: "skip" };
    await apply(dugdale, {
      ...STATE,
      lane_options: { fast: options, slow: options },
      schedules: { pulse: schedule },
    });
    const id = newId();
    const sent = { id, lane: "fast", mission: "says_all.sh", input: { a: 1 } };
    assertEquals((await dugdale.dispatch(sent)).status, 202);
    const { done } = await follow(id);
    assertEquals(done.outcome, "success");
    const { status, body } = await dugdale.dispatch(sent);
    assertEquals([status, body], [200, { mission_id: id, status: "done" }]);
    const record = decode(await dugdale.record(id), RECORD);
    assertEquals([record.status, record.outcome, record.return], ["done", "success", { files: 1 }]);
    const forever = await dugdale.queue("forever.sh");
    await dugdale.event(forever, "running");
    assertEquals((await dugdale.post(`/v1/missions/${forever}/kill`)).status, 200);
    assertEquals((await follow(forever)).done.outcome, "killed");
    const again = String((await dugdale.post(`/v1/missions/${id}/restart`)).body.mission_id);
    assertEquals((await follow(again)).done.outcome, "success");
    for (const item of (await dugdale.get("/v1/missions")).body.missions as Fields[]) decode(item, RECORD);
    // As the reference's `letts apply` sends it.
    const old = { mission_dir: MISSIONS, labels: [], lanes: { fast: { concurrency: 16, paused: false } } };
    assertEquals((await dugdale.post("/v1/admin/apply", old)).status, 200);
    const { state } = (await dugdale.get("/v1/admin/state")).body as { state: Fields };
    assertEquals(state.lane_options, { fast: options, slow: options });
    assertEquals(Object.keys(state.schedules as object), ["pulse"]);
    await apply(dugdale, { ...STATE, lane_options: { fast: null, slow: null }, schedules: { pulse: null } });
  },
);
