import { assert, assertEquals, assertMatch } from "@std/assert";
import { pause, Place } from "./daemon.ts";
import { newId } from "./ids.ts";
import { apply, callsTo, ownTest, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale();

async function samples(): Promise<ReadonlyMap<string, number>> {
  const { status, headers, text } = await dugdale.get("/v1/metrics", { as: "anonymous" });
  assertEquals(status, 200);
  assertMatch(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const split = line.lastIndexOf(" ");
    return [sortedLabels(line.slice(0, split)), Number(line.slice(split + 1))];
  }));
}

/** The samples as soon as there is one of that name: an end is counted a moment after it can be read. */
async function samplesWith(name: string): Promise<ReadonlyMap<string, number>> {
  for (let time = 0; time < 100; time++) {
    const now = await samples();
    if (now.has(name)) return now;
    await pause(20);
  }
  throw new Error(`there is no sample ${name}`);
}

/** A lane of its own, so that a test counts only what it did. */
async function newLane(): Promise<string> {
  const lane = `m${newId().slice(-12)}`;
  const lanes = { ...Object(STATE.lanes), [lane]: { concurrency: 4 } };
  await apply(dugdale, { ...STATE, lanes });
  return lane;
}

function sortedLabels(series: string): string {
  return series.replace(
    /\{(.*)\}/,
    (_, labels: string) => `{${labels.match(/\w+="[^"]*"/g)?.sort().join() ?? ""}}`,
  );
}

Deno.test("GET /v1/metrics reports type and help of every documented metric", async () => {
  await dugdale.run("silent.sh");
  const { text } = await dugdale.get("/v1/metrics");
  const types = Object.fromEntries(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]),
  );
  const expected = {
    letts_dugdale_info: "gauge",
    letts_dugdale_uptime_seconds: "gauge",
    letts_missions_total: "counter",
    letts_mission_duration_seconds: "histogram",
    letts_lane_queued: "gauge",
    letts_lane_running: "gauge",
    letts_lane_concurrency: "gauge",
    letts_lane_paused: "gauge",
    letts_storage_bytes: "gauge",
    letts_http_requests_total: "counter",
    letts_http_request_duration_seconds: "histogram",
    letts_admin_auth_failures_total: "counter",
    letts_fsync_failures_total: "counter",
  };
  for (const [name, type] of Object.entries(expected)) {
    assertEquals(types[name], type, name);
    assert(text.includes(`# HELP ${name} `), name);
  }
});

Deno.test("each end of a mission is counted once, by kind, lane and outcome", async () => {
  const lane = await newLane();
  for (const mission of ["succeeds.sh", "succeeds.sh", "exits_seven.sh"]) {
    await dugdale.run(mission, { lane });
  }
  const id = newId();
  await dugdale.post("/v1/exec/dispatch", { lane, command: ["true"] }, {
    headers: { "idempotency-key": id },
  });
  assertEquals((await dugdale.done(id)).outcome, "success");
  const last = `letts_missions_total{kind="exec",lane="${lane}",outcome="success"}`;
  const after = await samplesWith(last);
  const total = [...after].filter(([name]) =>
    name.startsWith("letts_missions_total") && name.includes(`"${lane}"`)
  );
  assertEquals(Object.fromEntries(total), {
    [last]: 1,
    [`letts_missions_total{kind="mission",lane="${lane}",outcome="success"}`]: 2,
    [`letts_missions_total{kind="mission",lane="${lane}",outcome="failed"}`]: 1,
  });
  assertEquals(
    after.get(`letts_mission_duration_seconds_count{kind="mission",lane="${lane}",outcome="success"}`),
    2,
  );
  const buckets = [...after.keys()].filter((name) =>
    name.startsWith("letts_mission_duration_seconds_bucket") && name.includes(`lane="${lane}",`) &&
    name.includes('outcome="failed"')
  );
  assertEquals(buckets.length, 21);
  assert(buckets[0]?.includes('le="0.05"') && buckets.some((name) => name.includes('le="26214.4"')));
});

Deno.test("a mission that never ran counts with a duration of zero", async () => {
  const lane = await newLane();
  await dugdale.run("there_is_no_such_mission", { lane });
  const name =
    `letts_mission_duration_seconds_bucket{kind="mission",lane="${lane}",le="0.05",outcome="crashed"}`;
  assertEquals((await samplesWith(name)).get(name), 1);
});

Deno.test("requests are counted by route, method and status; unknown ones without their paths", async () => {
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  const before = await samples();
  await dugdale.get(`/v1/missions/${id}`);
  await dugdale.get(`/v1/missions/${newId()}`);
  await dugdale.get("/v1/secret/path");
  await dugdale.call("BREW", "/v1/coffee");
  await dugdale.get("/v1/lanes");
  const after = await samples();
  const grown = (labels: string): number => {
    const name = `letts_http_requests_total{${labels}}`;
    return (after.get(name) ?? 0) - (before.get(name) ?? 0);
  };
  assertEquals(grown('method="GET",route="/v1/missions/{id}",status="200"'), 1);
  assertEquals(grown('method="GET",route="/v1/missions/{id}",status="404"'), 1);
  assertEquals(grown('method="GET",route="_unmatched",status="404"'), 1);
  assertEquals(grown('method="_other",route="_unmatched",status="404"'), 1);
  assertEquals(grown('method="GET",route="/v1/lanes",status="200"'), 1);
  assert(
    ![...after.keys()].some((name) => name.includes("secret") || name.includes("BREW") || name.includes(id)),
  );
});

Deno.test("a stream is counted when it ends, with its whole life", async () => {
  const id = await dugdale.queue("obeys.sh", { input: { sh: btoa("sleep 0.3") } });
  await dugdale.event(id, "done");
  const after = await samples();
  const labels = 'method="GET",route="/v1/missions/{id}/events"';
  const sum = after.get(`letts_http_request_duration_seconds_sum{${labels}}`) ?? 0;
  assert(sum >= 0.25, `${sum}`);
});

ownTest("wrong tokens count on admin routes only", async () => {
  const name = "letts_admin_auth_failures_total";
  const before = (await samples()).get(name) ?? 0;
  const headers = { authorization: "Bearer wrong" };
  await dugdale.get("/v1/admin/state", { headers, from: "10.5.0.1" });
  await dugdale.get("/v1/lanes", { headers, from: "10.5.0.2" });
  await dugdale.get("/v1/admin/state", { as: "dispatch", from: "10.5.0.3" });
  await dugdale.dispatch({ mission: "silent.sh" }, { headers, from: "10.5.0.4" });
  assertEquals((await samples()).get(name), before + 1);
});

ownTest("GET /v1/metrics has the gauges of lanes, storage and the dugdale", async () => {
  // Lanes and storage are looked at every 15 s; the first look is at the start.
  const values = await samples();
  const { version, commit } = (await dugdale.get("/v1/version")).body;
  assertEquals(values.get(`letts_dugdale_info{commit="${commit}",version="${version}"}`), 1);
  const uptime = values.get("letts_dugdale_uptime_seconds") ?? 0;
  await pause(20);
  assert(uptime > 0 && ((await samples()).get("letts_dugdale_uptime_seconds") ?? 0) > uptime);
  for (const kind of ["db", "output", "staging"]) {
    assert((values.get(`letts_storage_bytes{kind="${kind}"}`) ?? -1) >= 0, kind);
  }
  for (
    const transition of ["output_commit", "staging_put_outdir", "staging_upload_complete", "staging_gc_tomb"]
  ) {
    assertEquals(values.get(`letts_fsync_failures_total{transition="${transition}"}`) ?? 0, 0);
  }
});

ownTest("the hundred and first lane, and all after it, count together", async () => {
  await using place = await Place.make();
  await using daemon = await place.start();
  const own = callsTo(daemon);
  const names = Array.from({ length: 103 }, (_, index) => `lane_${index}`);
  await apply(own, { lanes: Object.fromEntries(names.map((name) => [name, { concurrency: 1 }])) });
  for (const lane of names) await own.run("nothing", { lane });
  const counted = async (): Promise<string[]> => {
    const { text } = await own.get("/v1/metrics");
    return text.split("\n").filter((line) => line.startsWith("letts_missions_total{"));
  };
  let series = await counted();
  for (let time = 0; time < 100 && !series.some((line) => line.endsWith(" 3")); time++) {
    await pause(20);
    series = await counted();
  }
  assertEquals(series.length, 101);
  assertEquals(series.filter((line) => line.includes('lane="overflow"') && line.endsWith(" 3")).length, 1);
});
