import { assertEquals, assertRejects } from "@std/assert";
import { type Rate, toRate } from "../../../protocol/rate.ts";
import type { LaneLimits } from "../../../dugdale/store/lane_limits.ts";
import type { NewMission } from "../../../dugdale/store/mission_row.ts";
import { TurnTaker } from "../../../dugdale/store/queue.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";
import { ending, newMission } from "./samples.ts";

/** A store with one lane of missions that tell their places in the order of their insertion. */
class Queue implements Disposable {
  readonly store = new Store(":memory:", -2000);
  readonly #ids: string[] = [];

  add(missions: readonly Partial<NewMission>[]): Promise<void> {
    return this.store.write(() => {
      for (const more of missions) {
        const missionId = ids.mission();
        this.#ids.push(missionId);
        this.store.missions.insert(newMission({ missionId, createdMs: this.#ids.length, ...more }));
      }
    });
  }

  /** Places of the missions that start, and when the next one may. */
  claim(limits: Partial<LaneLimits>, limit: number, nowMs: number, turns?: TurnTaker) {
    return this.store.write(() => this.#claim(limits, limit, nowMs, turns));
  }

  /** As {@linkcode claim} in a transaction that fails. */
  async claimInVain(limits: Partial<LaneLimits>, limit: number, nowMs: number): Promise<void> {
    await assertRejects(() =>
      this.store.write(() => {
        this.#claim(limits, limit, nowMs);
        throw new RangeError("undone");
      }), RangeError);
  }

  /** Ends all that runs. */
  end(nowMs: number): Promise<void> {
    return this.store.write(() => {
      for (const row of this.store.missions.running()) {
        this.store.missions.finish(row, ending("success"), nowMs);
      }
    });
  }

  #claim(limits: Partial<LaneLimits>, limit: number, nowMs: number, turns?: TurnTaker) {
    const rules = { turns, limits: { rate: undefined, perKey: Infinity, ...limits } };
    const { missions, nextDueMs } = this.store.missions.queue.claim("a", limit, nowMs, rules);
    return [missions.map((row) => this.#ids.indexOf(row.mission_id)), nextDueMs] as const;
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
  }
}

const START_MS = Date.UTC(2030, 0, 1);
const twoPerSecond = { rate: toRate({ count: 2, per: "1s" }) };

Deno.test("a lane with a rate starts its burst at once, and then one mission whenever a token has come back", async () => {
  using queue = new Queue();
  await queue.add(Array(5).fill({}));
  assertEquals(await queue.claim(twoPerSecond, 9, START_MS), [[0, 1], START_MS + 500]);
  assertEquals(await queue.claim(twoPerSecond, 9, START_MS + 499), [[], START_MS + 500]);
  assertEquals(await queue.claim(twoPerSecond, 9, START_MS + 500), [[2], START_MS + 1000]);
  assertEquals(await queue.claim(twoPerSecond, 9, START_MS + 1600), [[3, 4], START_MS + 2100]);
  assertEquals(await queue.claim(twoPerSecond, 9, START_MS + 2100), [[], Infinity]);
});

Deno.test("a rate that is not a whole number of milliseconds is rounded down", async () => {
  using queue = new Queue();
  await queue.add([{}, {}, {}]);
  const limits = { rate: toRate({ count: 3, per: "1s", burst: 1 }) };
  assertEquals(await queue.claim(limits, 9, START_MS), [[0], START_MS + 334]);
  assertEquals(await queue.claim(limits, 9, START_MS + 333), [[], START_MS + 334]);
  assertEquals(await queue.claim(limits, 9, START_MS + 334), [[1], START_MS + 668]);
});

Deno.test("a transaction that fails takes no tokens", async () => {
  using queue = new Queue();
  await queue.add([{}, {}, {}]);
  await queue.claimInVain(twoPerSecond, 9, START_MS);
  assertEquals(await queue.claim(twoPerSecond, 9, START_MS), [[0, 1], START_MS + 500]);
});

Deno.test("a rate by key counts each key by itself, and missions without a key not at all", async () => {
  using queue = new Queue();
  const limits = { rate: toRate({ count: 1, per: "1s", by: "key" }) };
  await queue.add([{ key: "x" }, { key: "x" }, { key: "y" }, {}, {}, { key: "x" }]);
  assertEquals(await queue.claim(limits, 9, START_MS), [[0, 2, 3, 4], START_MS + 1000]);
  await queue.end(START_MS + 1);
  assertEquals(await queue.claim(limits, 9, START_MS + 999), [[], START_MS + 1000]);
  await queue.add([{ key: "y" }]);
  assertEquals(await queue.claim(limits, 9, START_MS + 1000), [[1, 6], START_MS + 2000]);
  assertEquals(await queue.claim(limits, 9, START_MS + 2000), [[5], Infinity]);
});

Deno.test("after a change of the rate, or a clock that was set back, no wait is longer than the rate says", async () => {
  using queue = new Queue();
  await queue.add(Array(6).fill({}));
  const perHour: Rate = toRate({ count: 1, per: "1h" });
  assertEquals(await queue.claim({ rate: perHour }, 9, START_MS), [[0], START_MS + 3_600_000]);
  assertEquals(await queue.claim(twoPerSecond, 9, START_MS + 1), [[], START_MS + 501]);
  assertEquals(await queue.claim(twoPerSecond, 1, START_MS + 501), [[1], Infinity]);
  const backMs = START_MS - 86_400_000;
  assertEquals(await queue.claim(twoPerSecond, 9, backMs), [[], backMs + 500]);
});

Deno.test("per_key limits how many missions with the same key run, and leaves the others their places", async () => {
  using queue = new Queue();
  const limits = { perKey: 2 };
  await queue.add([{ key: "x" }, { key: "x" }, { key: "x" }, { key: "y" }, {}, {}, {}]);
  assertEquals(await queue.claim(limits, 5, START_MS), [[0, 1, 3, 4, 5], Infinity]);
  assertEquals(await queue.claim(limits, 5, START_MS), [[6], Infinity]);
  await queue.end(START_MS);
  assertEquals(await queue.claim(limits, 5, START_MS), [[2], Infinity]);
});

Deno.test("a lane with limits takes turns among the classes as others do", async () => {
  using queue = new Queue();
  const classes = [0, 1, 2] as const;
  await queue.add(Array.from({ length: 33 }, (_, n) => ({ class: classes[n % 3]!, key: `k${n}` })));
  const [started] = await queue.claim({ perKey: 1 }, 11, START_MS, new TurnTaker());
  assertEquals(classes.map((rank) => started.filter((place) => place % 3 === rank).length), [6, 3, 2]);
});
