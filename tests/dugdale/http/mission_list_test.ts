import { assertEquals, assertStringIncludes } from "@std/assert";
import { ids, openRunning, type Running } from "../running.ts";

async function open(): Promise<Running> {
  const running = await openRunning();
  await running.apply({ stuck: { concurrency: 1, paused: true }, fast: { concurrency: 4 } });
  return running;
}

async function dispatch(running: Running, body: Record<string, unknown>): Promise<string> {
  const key = ids.mission();
  const { status, text } = await running.request("POST", "/v1/dispatch", {
    key,
    body: { mission: "m", lane: "stuck", ...body },
  });
  assertEquals(status, 202, text);
  return key;
}

function base64url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

Deno.test("GET /v1/missions pages through all missions, and its cursor is the documented JSON", async () => {
  await using running = await open();
  const keys: string[] = [];
  for (let count = 0; count < 5; count++) keys.unshift(await dispatch(running, { input: count }));
  const first = (await running.request("GET", "/v1/missions?limit=2")).body;
  assertEquals(first.missions.map((mission: { mission_id: string }) => mission.mission_id), keys.slice(0, 2));
  const { mission_id, time_created } = first.missions[1];
  assertEquals(first.next_cursor, base64url(JSON.stringify({ time_created, mission_id })));
  const second = (await running.request("GET", `/v1/missions?limit=2&cursor=${first.next_cursor}`)).body;
  const own = base64url(JSON.stringify({ time_created, mission_id, filters: "ours" }));
  assertEquals((await running.request("GET", `/v1/missions?limit=2&cursor=${own}`)).body, second);
  const third = (await running.request("GET", `/v1/missions?limit=2&cursor=${second.next_cursor}`)).body;
  assertEquals(third.missions.map((mission: { mission_id: string }) => mission.mission_id), keys.slice(4));
  assertEquals("next_cursor" in third, false);
  assertEquals((await running.request("GET", "/v1/missions?limit=5")).body.next_cursor, undefined);
});

Deno.test("GET /v1/missions answers the records that the missions have, with every digit of their input", async () => {
  await using running = await open();
  const key = await dispatch(running, { input: { text: "<&>" } });
  const { text: record, body } = await running.request("GET", `/v1/missions/${key}`);
  const list = await running.request("GET", "/v1/missions");
  assertEquals(list.text, `{"missions":[${record.trim()}]}\n`);
  assertEquals(list.body.missions, [body]);
  assertEquals(list.headers.get("content-type"), "application/json; charset=utf-8");
  const { status, text } = await running.request("HEAD", "/v1/missions");
  assertEquals([status, text], [200, ""]);
});

Deno.test("GET /v1/missions filters and orders as it is asked", async () => {
  await using running = await open();
  const group = ids.mission();
  const [queued, done, exec] = [
    await dispatch(running, {}),
    await dispatch(running, { lane: "fast", mission: "Wanted" }),
    ids.mission(),
  ];
  // Ended before the exec is sent, or either could be the first to end.
  const { time_created: first } = await running.ended(done);
  await running.request("POST", "/v1/exec/dispatch", {
    key: exec,
    body: { lane: "fast", command: ["false"], group_id: group },
  });
  const { time_finished: end } = await running.ended(exec);
  const cursor = base64url(JSON.stringify({ time_finished: end, mission_id: exec }));
  const lists: [string, string[]][] = [
    ["status=queued", [queued]],
    ["status=done", [exec, done]],
    ["status=nonsense", []],
    ["outcome=failed", [exec]],
    ["lane=fast&kind=mission", [done]],
    [`group_id=${group}`, [exec]],
    ["mission=ANTE", [done]],
    ["mission_prefix=ant", []],
    ["mission_prefix=wan", [done]],
    ["order=finished", [exec, done]],
    [`order=finished&cursor=${cursor}`, [done]],
    ["order=&status=&cursor=&since=&limit=", [exec, done, queued]],
    [`since=${first + 60_000}`, []],
    [`until=${first + 60_000}&since=-5`, [exec, done, queued]],
    ["until=0", [exec, done, queued]],
    ["until=1", []],
  ];
  for (const [query, expected] of lists) {
    const { body } = await running.request("GET", `/v1/missions?${query}`);
    assertEquals(body.missions.map((mission: { mission_id: string }) => mission.mission_id), expected, query);
  }
  await running.request("DELETE", `/v1/missions/${queued}`);
  assertEquals((await running.request("GET", "/v1/missions?status=queued")).body, { missions: [] });
  const { body } = await running.request("GET", "/v1/missions?status=deleting");
  assertEquals(body.missions.map((mission: { status: string }) => mission.status), ["deleting"]);
});

Deno.test("GET /v1/missions refuses malformed queries, and every token but an admin token", async () => {
  await using running = await open();
  const wrong = [
    "order=name",
    "limit=0",
    "limit=ten",
    "limit=-1",
    "since=yesterday",
    "since=1.5",
    "until=9223372036854775808",
    "cursor=%20",
    "cursor=e30*",
    `cursor=${base64url("[]")}`,
    `cursor=${base64url("null!")}`,
    `cursor=${base64url('{"time_created":"1"}')}`,
    `cursor=${base64url('{"mission_id":1}')}`,
  ];
  for (const query of wrong) {
    const { status, body } = await running.request("GET", `/v1/missions?${query}`);
    assertEquals([status, body.error], [400, "bad_request"], query);
  }
  const fine = [
    "limit=100000",
    "until=9223372036854775807",
    `cursor=${base64url("{}")}`,
    `cursor=${base64url('{"time_created":9223372036854775807}')}`,
  ];
  for (const query of fine) {
    assertEquals((await running.request("GET", `/v1/missions?${query}`)).status, 200, query);
  }
  assertEquals((await running.request("GET", "/v1/missions", { as: "dispatch" })).status, 403);
});

Deno.test("GET /v1/missions sends a big page in pieces that are one JSON document", async () => {
  await using running = await open();
  const keys: string[] = [];
  for (let count = 0; count < 4; count++) {
    keys.unshift(await dispatch(running, { input: `<${"ä".repeat(150_000)}` }));
  }
  const { text, headers } = await running.request("GET", "/v1/missions?limit=3");
  assertEquals(headers.get("content-length"), null);
  assertStringIncludes(text, '"input":"\\u003cä');
  const { missions, next_cursor } = JSON.parse(text);
  assertEquals(missions.map((mission: { mission_id: string }) => mission.mission_id), keys.slice(0, 3));
  assertEquals(typeof next_cursor, "string");
});
