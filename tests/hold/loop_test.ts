import { assert, assertEquals, AssertionError } from "@std/assert";
import { Ids } from "../../protocol/ids.ts";
import { type Daemon, pause, Place, until } from "../contract/daemon.ts";
import { OWN_TOKENS } from "../contract/settings.ts";
import { HOLD_MS, LoopWatch } from "./loop_watch.ts";

const ids = new Ids();
const ignore = Deno.build.os !== "linux";
const SHA256_OF_A = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
const MIB = 1024 * 1024;
const LIMITS = {
  max_dispatch_body_size: 2 * MIB,
  max_mission_input_size: 2 * MIB,
  max_apply_body_size: MIB,
  max_exec_body_size: MIB,
};

async function ask(daemon: Daemon, method: string, path: string, body?: string): Promise<Response> {
  return await fetch(`${daemon.url}/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${OWN_TOKENS.admin}`,
      "content-type": "application/json",
      "idempotency-key": ids.mission(),
    },
    ...(body === undefined ? {} : { body }),
  });
}

async function apply(daemon: Daemon, place: Place, lanes: unknown, query = ""): Promise<void> {
  const body = JSON.stringify({ mission_dir: `${place.dir}/missions`, lanes });
  const response = await ask(daemon, "POST", `admin/apply${query}`, body);
  assertEquals([response.status, await response.text().then(() => "")], [200, ""]);
}

/** Puts one byte into the staging area. */
async function upload(daemon: Daemon): Promise<string> {
  const id = ids.staging();
  const response = await fetch(`${daemon.url}/v1/staging/${id}`, {
    method: "PUT",
    headers: { "authorization": `Bearer ${OWN_TOKENS.admin}`, "x-letts-sha256": SHA256_OF_A },
    body: "a",
  });
  assertEquals([response.status, await response.text().then(() => "")], [201, ""]);
  return id;
}

/**
 * Does something and asks for the health meanwhile. Up to three times: on a busy machine the same work takes more
 * processor time now and then, while what holds the loop does so each time.
 */
async function assertTurns(daemon: Daemon, what: string, act: () => Promise<void>): Promise<void> {
  const turnsMs: number[] = [];
  while (turnsMs.length < 3) {
    await using watch = new LoopWatch(daemon);
    await act();
    const longestMs = await watch.longestMs();
    if (longestMs <= HOLD_MS) return;
    turnsMs.push(longestMs);
  }
  throw new AssertionError(`${what}: turns took ${turnsMs.map((ms) => ms.toFixed(1)).join(", ")} ms`);
}

/** 2 MiB of JSON, each of a kind that once took long to read. */
function inputs(): Record<string, string> {
  const keys = Array.from({ length: 150_000 }, (_, index) => `"k${(index * 7919) % 150_000}":1`);
  return {
    "numbers": `[${"1,".repeat(MIB - 100)}1]`,
    "numbers with white space": `[${"1 , ".repeat(MIB / 2 - 100)}1]`,
    "empty objects": `[${"{},".repeat((MIB * 2) / 3 - 100)}{}]`,
    "escaped characters": `["${"\\u0041".repeat(MIB / 3 - 100)}"]`,
    "unsorted keys": `{${keys.join()}}`,
    "opened arrays": "[".repeat(2 * MIB - 1000),
  };
}

Deno.test({
  name: "no dispatch holds the event loop for more than 50 ms, whatever its 2 MiB of input are",
  ignore,
  fn: async () => {
    await using place = await Place.make({ limits: LIMITS });
    await using daemon = await place.start();
    await apply(daemon, place, { default: { concurrency: 1, paused: true } });
    const file = await upload(daemon);
    const files = Array.from({ length: 25_000 }, (_, index) => ({ role: `r${index}`, staging_id: file }));
    const bodies = Object.entries(inputs()).map(([kind, input]): [string, string] => [
      kind,
      `{"lane":"default","mission":"it","input":${input}}`,
    ]);
    bodies.push(["input files", JSON.stringify({ lane: "default", mission: "it", files })]);
    for (const [kind, body] of bodies) {
      assert(body.length <= 2 * MIB, kind);
      const status = async (): Promise<number> => {
        const response = await ask(daemon, "POST", "dispatch", body);
        await response.body?.cancel();
        return response.status;
      };
      await assertTurns(daemon, kind, async () => {
        assertEquals(await status(), kind === "opened arrays" || kind === "input files" ? 400 : 202, kind);
      });
    }
  },
});

Deno.test({
  name: "a batch of 1000 missions does not hold the event loop for more than 50 ms",
  ignore,
  fn: async () => {
    await using place = await Place.make({ limits: LIMITS });
    await using daemon = await place.start();
    await apply(daemon, place, { default: { concurrency: 1, paused: true } });
    await assertTurns(daemon, "a batch", async () => {
      const missions = Array.from({ length: 1000 }, () => ({
        mission_id: ids.mission(),
        lane: "default",
        mission: "it",
        input: { text: "x".repeat(1000), number: 1 },
      }));
      const response = await ask(daemon, "POST", "dispatch/batch", JSON.stringify({ missions }));
      const { results } = await response.json();
      assertEquals(results.filter((result: { ok: boolean }) => result.ok).length, 1000);
    });
  },
});

/** Queues missions, a thousand in one request. */
async function queue(daemon: Daemon, lane: string, thousands: number): Promise<void> {
  for (let count = 0; count < thousands; count++) {
    const missions = Array.from({ length: 1000 }, () => ({ mission_id: ids.mission(), lane, mission: "it" }));
    const response = await ask(daemon, "POST", "dispatch/batch", JSON.stringify({ missions }));
    assertEquals([response.status, await response.text().then(() => "")], [200, ""]);
  }
}

Deno.test({
  name:
    "the removal of a lane in which 10,000 missions wait does not hold the event loop for more than 50 ms",
  ignore,
  fn: async () => {
    await using place = await Place.make({ limits: LIMITS });
    await using daemon = await place.start();
    const kept = { kept: { concurrency: 1 } };
    await assertTurns(daemon, "force_prune", async () => {
      await apply(daemon, place, { ...kept, gone: { concurrency: 1, paused: true } });
      await queue(daemon, "gone", 10);
      await apply(daemon, place, kept, "?force_prune=true");
    });
    const { queue_summary } = await (await ask(daemon, "GET", "dugdale")).json();
    assertEquals(queue_summary, { queued: 0, running: 0 });
  },
});

/** Does something while a mission runs. */
async function run(
  daemon: Daemon,
  place: Place,
  script: string,
): Promise<{ outcome: string; mission_id: string }> {
  await Deno.mkdir(`${place.dir}/missions`, { recursive: true });
  await Deno.writeTextFile(`${place.dir}/missions/it`, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  await apply(daemon, place, { default: { concurrency: 1 } });
  const body = JSON.stringify({ lane: "default", mission: "it" });
  const { mission_id } = await (await ask(daemon, "POST", "dispatch", body)).json();
  for (;;) {
    const record = await (await ask(daemon, "GET", `missions/${mission_id}`)).json();
    if (record.status === "done") return record;
    await pause(20);
  }
}

for (
  const [what, line] of [
    ["words", "x"],
    ["empty lines", ""],
    ["broken events", '{"event'],
    ["progress", '{"event":"progress"}'],
    ["output files", '{"event":"output_file","key":"no name"}'],
  ] as const
) {
  Deno.test({
    name:
      `a mission that writes ${what} to descriptor 3 as fast as it can does not hold the event loop for more than 50 ms`,
    ignore,
    fn: async () => {
      await using place = await Place.make();
      await using daemon = await place.start();
      await assertTurns(daemon, what, async () => {
        const { outcome } = await run(daemon, place, `timeout 1 yes '${line}' >&3; exit 3`);
        assertEquals(outcome, "failed");
      });
    },
  });
}

Deno.test({
  name: "missions that print as fast as they can do not hold the event loop for more than 50 ms",
  ignore,
  fn: async () => {
    await using place = await Place.make({ limits: { max_output_buffer: 64 * MIB } });
    await using daemon = await place.start();
    await assertTurns(daemon, "output", async () => {
      const { outcome } = await run(daemon, place, "timeout 1 yes & timeout 1 yes >&2 & wait; exit 3");
      assertEquals(outcome, "failed");
    });
  },
});

Deno.test({
  name:
    "100,000 files and 1,000 folders that a mission leaves in tmp are removed without holding the event loop for more than 50 ms",
  ignore,
  fn: async () => {
    // In memory, because a disk takes a minute for so many files.
    const memory = await Deno.makeTempDir({ dir: "/dev/shm", prefix: "letts-hold-" });
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(() => Deno.remove(memory, { recursive: true }));
    await using place = await Place.make({ data_dir: `${memory}/data` });
    await using daemon = await place.start();
    await assertTurns(daemon, "removal", async () => {
      const script = `cd tmp && seq 100000 | xargs touch && mkdir -p deep/{1..1000}/below && cd .. && exit 3`;
      const { outcome, mission_id: id } = await run(daemon, place, script);
      assertEquals(outcome, "failed");
      const find = new Deno.Command("find", {
        args: [`${memory}/data/work/${id}/tmp`, "-mindepth", "1", "-print", "-quit"],
      });
      await until(async () => (await find.output()).stdout.length === 0);
    });
  },
});
