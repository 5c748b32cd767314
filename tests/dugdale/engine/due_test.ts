import { assertEquals } from "@std/assert";
import { HandClock } from "../hand_clock.ts";
import { ids, openRunning, type Running, type RunningOptions } from "../running.ts";

const START_MS = Date.UTC(2030, 0, 1);

/** A clock by hand whose wall clock can be set. */
class SettableClock extends HandClock {
  offsetMs = 0;

  override wallMs(): number {
    return super.wallMs() + this.offsetMs;
  }
}

async function later(running: Running, more: object): Promise<string> {
  const key = ids.mission();
  const body = { lane: "a", mission: "m", ...more };
  const { status, text } = await running.request("POST", "/v1/dispatch", { key, body });
  if (status !== 202) throw new Error(text);
  return key;
}

async function statusOf(running: Running, id: string): Promise<string> {
  return (await running.request("GET", `/v1/missions/${id}`)).body.status;
}

async function withFolder(test: (options: RunningOptions & { clock: SettableClock }) => Promise<void>) {
  const dataDir = await Deno.makeTempDir();
  try {
    await test({ dataDir, clock: new SettableClock({ wallMs: START_MS, fromMs: 500 }) });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

Deno.test("D1 a mission that is to run in 2 s runs then, although the dugdale is restarted in between", () =>
  withFolder(async (options) => {
    const { clock } = options;
    let id: string;
    {
      await using running = await openRunning(options);
      await running.apply({ a: { concurrency: 1 } });
      id = await later(running, { delay: "2s" });
      clock.advance(1000);
      assertEquals(await statusOf(running, id), "queued");
    }
    await using running = await openRunning(options);
    clock.advance(999);
    assertEquals(await statusOf(running, id), "queued");
    clock.advance(1);
    const { outcome, time_started } = await running.ended(id);
    assertEquals([outcome, time_started], ["success", START_MS + 2000]);
  }));

Deno.test("D1 a mission whose time has come while the dugdale was down runs at its start", () =>
  withFolder(async (options) => {
    let id: string;
    {
      await using running = await openRunning(options);
      await running.apply({ a: { concurrency: 1 } });
      id = await later(running, { run_at: START_MS + 2000 });
    }
    options.clock.advance(60_000);
    await using running = await openRunning(options);
    assertEquals((await running.ended(id)).outcome, "success");
  }));

Deno.test("D1 a wall clock that is set forward makes a mission due within a second, one that is set back makes it late", () =>
  withFolder(async (options) => {
    const { clock } = options;
    await using running = await openRunning(options);
    await running.apply({ a: { concurrency: 2 } });
    const hours = await later(running, { delay: "3h" });
    clock.offsetMs = 3 * 3_600_000;
    clock.advance(1000);
    assertEquals((await running.ended(hours)).outcome, "success");
    const seconds = await later(running, { delay: "2s" });
    clock.offsetMs -= 5000;
    clock.advance(2000);
    assertEquals(await statusOf(running, seconds), "queued");
    clock.advance(5000);
    assertEquals((await running.ended(seconds)).outcome, "success");
  }));
