import { assertEquals } from "@std/assert";
import { HandClock } from "../hand_clock.ts";
import { ids, openRunning, type Running } from "../running.ts";

const START_MS = Date.UTC(2030, 0, 1);

async function applied(running: Running, options: object, command = "/bin/true"): Promise<void> {
  const body = {
    lanes: { a: { concurrency: 9 } },
    lane_options: { a: options },
    runtime: { command_template: [command] },
  };
  const { status, text } = await running.request("POST", "/v1/admin/apply", { body });
  if (status !== 200) throw new Error(text);
}

async function dispatch(running: Running, more: object = {}): Promise<string> {
  const key = ids.mission();
  const { status, text } = await running.request("POST", "/v1/dispatch", {
    key,
    body: { lane: "a", mission: "m", ...more },
  });
  if (status !== 202) throw new Error(text);
  return key;
}

async function startOf(running: Running, id: string): Promise<number> {
  return (await running.ended(id)).time_started - START_MS;
}

async function statuses(running: Running, ids: readonly string[]): Promise<string[]> {
  const records = ids.map(async (id) => (await running.request("GET", `/v1/missions/${id}`)).body.status);
  return await Promise.all(records);
}

Deno.test("a lane with a rate starts what waits as its tokens come back, and keeps to it across a restart", async () => {
  const dataDir = await Deno.makeTempDir();
  const clock = new HandClock({ wallMs: START_MS, fromMs: 500 });
  try {
    let sent: string[];
    {
      await using running = await openRunning({ dataDir, clock });
      await applied(running, { rate: { count: 1, per: "10s", burst: 2 } });
      sent = [
        await dispatch(running),
        await dispatch(running),
        await dispatch(running),
        await dispatch(running),
      ];
      assertEquals([await startOf(running, sent[0]!), await startOf(running, sent[1]!)], [0, 0]);
      clock.advance(9000);
      assertEquals(await statuses(running, sent), ["done", "done", "queued", "queued"]);
    }
    await using running = await openRunning({ dataDir, clock });
    assertEquals(await statuses(running, sent), ["done", "done", "queued", "queued"]);
    clock.advance(1000);
    assertEquals(await startOf(running, sent[2]!), 10_000);
    clock.advance(10_000);
    assertEquals(await startOf(running, sent[3]!), 20_000);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("a mission that a rate keeps waiting starts at once when the rate is taken away", async () => {
  await using running = await openRunning({ clock: new HandClock({ wallMs: START_MS, fromMs: 500 }) });
  await applied(running, { rate: { count: 1, per: "1h" } });
  const [first, second] = [await dispatch(running), await dispatch(running)];
  await running.ended(first);
  assertEquals(await statuses(running, [second]), ["queued"]);
  await applied(running, {});
  assertEquals(await startOf(running, second), 0);
});

Deno.test("every attempt of a mission counts for the rate of its lane", async () => {
  const clock = new HandClock({ wallMs: START_MS, fromMs: 500 });
  await using running = await openRunning({ clock });
  await applied(running, { rate: { count: 1, per: "1m" } }, "/bin/false");
  const id = await dispatch(running, { retry: { attempts: 2, backoff: "0s" } });
  while ((await running.request("GET", `/v1/missions/${id}`)).body.attempt !== 2);
  clock.advance(60_000);
  const { attempts, time_started } = await running.ended(id);
  assertEquals([attempts[0].time_started, time_started], [START_MS, START_MS + 60_000]);
});

Deno.test("with per_key missions of one key run one after the other, beside those of other keys", async () => {
  await using running = await openRunning();
  await applied(running, { per_key: 1 });
  const sent = [];
  for (const key of ["x", "x", "x", "y", "y", "y"]) sent.push(await dispatch(running, { key }));
  const records = [];
  for (const id of sent) records.push(await running.ended(id));
  for (const key of ["x", "y"]) {
    const own = records.filter((record) => record.key === key);
    assertEquals(own.map(({ outcome }) => outcome), ["success", "success", "success"]);
    own.slice(1).forEach((record, index) => {
      assertEquals(record.time_started >= own[index].time_finished, true);
    });
  }
});
