import { assert, assertEquals } from "@std/assert";
import { ids, openRunning, type Running } from "./running.ts";

/** Series and their values. */
async function scrape(running: Running): Promise<Map<string, number>> {
  const { text, headers } = await running.request("GET", "/v1/metrics", { as: "anonymous" });
  assertEquals(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const lines = text.trimEnd().split("\n").filter((line) => !line.startsWith("#"));
  return new Map(lines.map((line) => {
    const at = line.lastIndexOf(" ");
    return [line.slice(0, at), Number(line.slice(at + 1))];
  }));
}

/** Scrapes until a series is there: the end of a stream is noticed a moment after its last byte. */
async function scrapeFor(running: Running, name: string): Promise<Map<string, number>> {
  const untilMs = performance.now() + 10_000;
  for (;;) {
    const series = await scrape(running);
    if (series.has(name)) return series;
    if (performance.now() > untilMs) throw new Error(`no series ${name}`);
  }
}

async function dispatch(running: Running, body: Record<string, unknown> = {}): Promise<string> {
  const key = ids.mission();
  await running.request("POST", "/v1/dispatch", { key, body: { mission: "m", lane: "a", ...body } });
  return key;
}

Deno.test("GET /v1/metrics has every documented metric with its type", async () => {
  await using running = await openRunning();
  await running.apply({ a: { concurrency: 1 } });
  await running.ended(await dispatch(running));
  const { text } = await running.request("GET", "/v1/metrics");
  const types = Object.fromEntries(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]),
  );
  assertEquals(types, {
    letts_dugdale_info: "gauge",
    letts_dugdale_uptime_seconds: "gauge",
    letts_missions_total: "counter",
    letts_mission_duration_seconds: "histogram",
    letts_lane_queued: "gauge",
    letts_lane_running: "gauge",
    letts_lane_waiting: "gauge",
    letts_lane_concurrency: "gauge",
    letts_lane_paused: "gauge",
    letts_storage_bytes: "gauge",
    letts_disk_bytes: "gauge",
    letts_http_requests_total: "counter",
    letts_http_request_duration_seconds: "histogram",
    letts_admin_auth_failures_total: "counter",
    letts_fsync_failures_total: "counter",
    letts_hook_deliveries_total: "counter",
    letts_hook_events: "gauge",
  });
  for (const name of Object.keys(types)) assert(new RegExp(`^# HELP ${name} .+`, "m").test(text), name);
  const bounds = [...text.matchAll(/^letts_mission_duration_seconds_bucket\{.*le="([^"]+)"\} \d+$/gm)].map((
    [, le],
  ) => le);
  assertEquals(
    bounds.join(" "),
    "0.05 0.1 0.2 0.4 0.8 1.6 3.2 6.4 12.8 25.6 51.2 102.4 204.8 409.6 819.2 1638.4 3276.8 6553.6 13107.2 26214.4 +Inf",
  );
});

Deno.test("GET /v1/metrics counts each mission once at its end, also one killed in the queue", async () => {
  await using running = await openRunning();
  await running.apply({ a: { concurrency: 1 }, b: { concurrency: 3, paused: true } });
  await running.ended(await dispatch(running));
  const queued = await dispatch(running, { lane: "b" });
  await dispatch(running, { lane: "b" });
  await running.request("POST", `/v1/missions/${queued}/kill`);
  const series = await scrape(running);
  assertEquals(series.get('letts_missions_total{kind="mission",lane="a",outcome="success"}'), 1);
  assertEquals(series.get('letts_missions_total{kind="mission",lane="b",outcome="killed"}'), 1);
  assertEquals(series.get('letts_mission_duration_seconds_sum{kind="mission",lane="b",outcome="killed"}'), 0);
  const lanes = ["queued", "running", "concurrency", "paused"].map((name) =>
    series.get(`letts_lane_${name}{lane="b"}`)
  );
  assertEquals(lanes, [1, 0, 3, 1]);
  assert((series.get('letts_storage_bytes{kind="db"}') ?? 0) > 0);
  assert((series.get('letts_disk_bytes{kind="size"}') ?? 0) > 0);
  await running.request("POST", "/v1/admin/apply?force=true&force_prune=true", {
    body: { lanes: { a: { concurrency: 2 } } },
  });
  const after = await scrape(running);
  assertEquals(after.get('letts_lane_concurrency{lane="a"}'), 2);
  assertEquals(
    [...after.keys()].filter((name) => name.startsWith("letts_lane_") && name.includes('"b"')),
    [],
  );
});

Deno.test("GET /v1/metrics names routes by their template, unknown paths and methods by one name", async () => {
  await using running = await openRunning();
  await running.request("GET", `/v1/missions/${ids.mission()}`);
  await running.request("GET", "/nothing/here");
  await running.request("BREW", "/v1/lanes");
  await running.request("PUT", "/v1/lanes");
  await running.request("HEAD", "/v1/lanes");
  const series = await scrape(running);
  const count = (labels: string) => series.get(`letts_http_requests_total{${labels}}`);
  assertEquals(count('route="/v1/missions/{id}",method="GET",status="404"'), 1);
  assertEquals(count('route="_unmatched",method="GET",status="404"'), 1);
  assertEquals(count('route="_unmatched",method="_other",status="405"'), 1);
  assertEquals(count('route="_unmatched",method="PUT",status="405"'), 1);
  assertEquals(count('route="/v1/lanes",method="HEAD",status="200"'), 1);
  assertEquals(series.get('letts_http_request_duration_seconds_count{route="/v1/lanes",method="HEAD"}'), 1);
});

Deno.test("GET /v1/metrics counts wrong tokens on admin routes, and nothing else, as failures of admins", async () => {
  await using running = await openRunning();
  await running.request("GET", "/v1/admin/state", { as: "anonymous" });
  await running.request("GET", "/v1/admin/state", { as: "dispatch" });
  await running.request("GET", "/v1/lanes", { as: "anonymous" });
  assertEquals((await scrape(running)).get("letts_admin_auth_failures_total"), 1);
});

Deno.test("GET /v1/metrics counts a stream when it has ended, with its full life", async () => {
  await using running = await openRunning();
  await running.apply({ a: { concurrency: 1, paused: true } });
  const key = await dispatch(running);
  const response = await fetch(`${running.dugdale.url}/v1/missions/${key}/events?follow=true`, {
    headers: { authorization: "Bearer admin" },
  });
  const reader = response.body!.getReader();
  await reader.read();
  const requests = 'letts_http_requests_total{route="/v1/missions/{id}/events",method="GET",status="200"}';
  assertEquals((await scrape(running)).get(requests), undefined);
  await new Promise((resolve) => setTimeout(resolve, 30));
  await running.request("POST", `/v1/missions/${key}/kill`);
  while (!(await reader.read()).done);
  const series = await scrapeFor(running, requests);
  const sum = series.get(
    'letts_http_request_duration_seconds_sum{route="/v1/missions/{id}/events",method="GET"}',
  );
  assert((sum ?? 0) >= 0.03, String(sum));
});

Deno.test("GET /v1/metrics counts a stream that its reader leaves", async () => {
  await using running = await openRunning();
  await running.apply({ a: { concurrency: 1, paused: true } });
  const key = await dispatch(running);
  const leaving = new AbortController();
  const response = await fetch(`${running.dugdale.url}/v1/missions/${key}/events?follow=true`, {
    headers: { authorization: "Bearer admin" },
    signal: leaving.signal,
  });
  await response.body!.getReader().read();
  leaving.abort();
  const requests = 'letts_http_requests_total{route="/v1/missions/{id}/events",method="GET",status="200"}';
  await scrapeFor(running, requests);
});

Deno.test("GET /v1/metrics gives the first hundred lanes a label of their own", async () => {
  await using running = await openRunning();
  await running.apply(
    Object.fromEntries(Array.from({ length: 103 }, (_, index) => [`lane${100 + index}`, { concurrency: 2 }])),
  );
  const series = await scrape(running);
  const labels = [...series.keys()].filter((name) => name.startsWith("letts_lane_concurrency"));
  assertEquals(labels.length, 101);
  assertEquals(series.get('letts_lane_concurrency{lane="overflow"}'), 6);
  await dispatch(running, { lane: "lane202" }).then((key) => running.ended(key));
  assertEquals(
    (await scrape(running)).get('letts_missions_total{kind="mission",lane="overflow",outcome="success"}'),
    1,
  );
});
