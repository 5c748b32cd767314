import { assert, assertEquals } from "@std/assert";
import { assertProblem, MISSIONS, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({
  state: { mission_dir: MISSIONS, lanes: { fast: { concurrency: 4 }, slow: { concurrency: 1 } } },
});
type Fields = Record<string, unknown>;

/** Missions that end with a status of 7, one that succeeds, one that is killed. */
async function make() {
  const seven: string[] = [];
  for (const lane of ["fast", "fast", "slow"]) {
    const id = await dugdale.queue("exits_seven.sh", { lane, input: { n: seven.length } });
    await dugdale.done(id);
    seven.push(id);
  }
  const garbage = await dugdale.queue("absent.sh");
  await dugdale.done(garbage);
  await dugdale.done(await dugdale.queue("silent.sh"));
  const killed = await dugdale.queue("forever.sh");
  await dugdale.event(killed, "running");
  await dugdale.post(`/v1/missions/${killed}/kill`);
  await dugdale.done(killed);
  return { seven, garbage };
}

let making: ReturnType<typeof make> | undefined;
const made = () => making ??= make();

const groups = async (query = "") => {
  const { status, body } = await dugdale.get(`/v1/failures${query}`);
  assertEquals(status, 200);
  return body as { total: number; groups: Fields[]; truncated: boolean };
};

Deno.test("failures are counted by mission, outcome and reason, the greatest group first", async () => {
  const { seven, garbage } = await made();
  const { total, groups: [first, second, ...more], truncated } = await groups();
  assertEquals([total, more, truncated], [4, [], false]);
  const record = await dugdale.record(seven[2]!);
  assertEquals([first?.mission, first?.outcome, first?.count, first?.fail_reason], [
    "exits_seven.sh",
    "failed",
    3,
    record.fail_reason,
  ]);
  assertEquals([first?.last_mission_id, first?.last_at], [seven[2], record.time_created]);
  assertEquals(first?.first_at, (await dugdale.record(seven[0]!)).time_created);
  assertEquals(first?.last_message, record.fail_message);
  assertEquals([second?.count, second?.last_mission_id], [1, garbage]);
});

Deno.test("failures are narrowed by outcome, lane, name, reason and time", async () => {
  const { seven } = await made();
  const total = async (query: string) => (await groups(query)).total;
  const reason = String((await dugdale.record(seven[0]!)).fail_reason);
  const at = Number((await dugdale.record(seven[1]!)).time_created);
  assertEquals(await total("?outcome=killed"), 1);
  assertEquals(await total("?outcome=killed,failed,timeout"), await total("?outcome=failed") + 1);
  assertEquals(await total("?outcome=success"), 0);
  assertEquals(await total("?outcome=nonsense"), 0);
  assertEquals(await total("?lane=slow"), 1);
  assertEquals(await total("?mission=SEVEN"), 3);
  assertEquals(await total("?mission=%25"), 0);
  assertEquals(await total(`?mission=seven&fail_reason=${reason}`), 3);
  assertEquals(await total("?mission=seven&fail_reason=other"), 0);
  assertEquals(await total(`?mission=seven&since=${at}`), 2);
  assertEquals(await total(`?mission=seven&until=${at}`), 1);
  assertProblem(await dugdale.get("/v1/failures?since=x"), 400, "bad_request");
  assertProblem(await dugdale.get("/v1/failures", { as: "dispatch" }), 403, "forbidden");
});

Deno.test("a list of missions takes several outcomes and a reason", async () => {
  const { seven } = await made();
  const ids = async (query: string) => {
    const { body } = await dugdale.get(`/v1/missions?${query}`);
    return (body.missions as Fields[]).map(({ mission_id }) => mission_id);
  };
  const newest = [...seven].reverse();
  const reason = String((await dugdale.record(seven[0]!)).fail_reason);
  assertEquals(await ids(`outcome=failed,timeout&mission=seven`), newest);
  assertEquals(await ids(`outcome=failed,killed&mission=seven&order=finished`), newest);
  assertEquals(await ids(`mission=seven&fail_reason=${reason}`), newest);
  assertEquals(await ids(`mission=seven&fail_reason=other`), []);
  assertEquals(await ids(`outcome=fail&mission=seven`), []);
  const all = await ids("outcome=failed,killed,success");
  assert(all.length >= 5);
  const page = await dugdale.get("/v1/missions?outcome=failed,crashed,killed&limit=2");
  const rest = await dugdale.get(
    `/v1/missions?outcome=failed,crashed,killed&limit=10&cursor=${page.body.next_cursor}`,
  );
  const both = [...page.body.missions as Fields[], ...rest.body.missions as Fields[]];
  assertEquals([both.length, new Set(both.map(({ mission_id }) => mission_id)).size], [5, 5]);
});

Deno.test("a bulk restart gives members of the inputs another value, every digit of it", async () => {
  const { seven: [first = ""] } = await made();
  const restart = async (ids: readonly string[], set: string) => {
    const body = `{"ids":${JSON.stringify(ids)},"set":${set}}`;
    return await dugdale.post("/v1/missions/bulk-restart", body);
  };
  const text = await dugdale.queue("succeeds.sh", { input: "no object" });
  await dugdale.done(text);
  const reply = await restart([first, text], `{"n":12345678901234567,"mirror":"eu"}`);
  const [changed, refused] = reply.body.results as Fields[];
  assertEquals([changed?.ok, refused?.ok, refused?.error], [true, false, "bad_request"]);
  const id = String(changed?.mission_id);
  const { text: record } = await dugdale.get(`/v1/missions/${id}`);
  assert(record.includes(`"input":{"mirror":"eu","n":12345678901234567}`), record);
  assertEquals((await dugdale.done(id)).restarted_from, first);
});
