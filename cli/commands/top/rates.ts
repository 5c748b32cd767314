/**
 * Rates of finished missions, from repeatedly read counters.
 *
 * @module
 */
import type { Ended, HostSnapshot } from "./snapshot.ts";

/** In missions per second. */
export interface Rate {
  readonly ended: number;
  readonly failed: number;
  /** Rates between the updates, the oldest first. */
  readonly trend: readonly number[];
}

/** Window of the averages, long enough for readable values. */
const WINDOW_MS = 5000;
/** Number of updates in a trend. */
const TREND_LOOKS = 30;

interface Sample extends Ended {
  readonly timeMs: number;
}

/** Counters of all lanes over the last updates. */
export class Rates {
  readonly #samples = new Map<string, readonly Sample[]>();

  /** Adds the counters of an update. Removed lanes are forgotten. */
  add(hosts: readonly HostSnapshot[], timeMs: number): void {
    const known = new Set<string>();
    for (const { host, lanes, ended } of hosts) {
      if (ended === undefined) continue;
      for (const { name } of lanes) {
        const key = keyOf(host, name);
        known.add(key);
        const sample = { timeMs, ...(ended.get(name) ?? { all: 0, failed: 0 }) };
        const before = this.#samples.get(key) ?? [];
        // After a restart, a dugdale counts from zero.
        const kept = sample.all < (before.at(-1)?.all ?? 0) ? [] : before;
        this.#samples.set(key, [...kept, sample].slice(-TREND_LOOKS - 1));
      }
    }
    for (const key of this.#samples.keys()) if (!known.has(key)) this.#samples.delete(key);
  }

  /** The rate of a lane; undefined before the second update. */
  of(host: string, lane: string): Rate | undefined {
    const samples = this.#samples.get(keyOf(host, lane)) ?? [];
    const last = samples.at(-1);
    const first = samples.find(({ timeMs }) => timeMs >= (last?.timeMs ?? 0) - WINDOW_MS);
    if (last === undefined || first === undefined || first === last) return undefined;
    return {
      ended: perSecond(first, last, "all"),
      failed: perSecond(first, last, "failed"),
      trend: samples.slice(1).map((sample, index) => perSecond(samples[index] ?? sample, sample, "all")),
    };
  }

  /** The total rate; undefined before the second update. */
  total(): Omit<Rate, "trend"> | undefined {
    const rates = [...this.#samples.keys()].flatMap((key) => this.of(...fromKey(key)) ?? []);
    if (rates.length === 0) return undefined;
    const sum = (what: "ended" | "failed") => rates.reduce((all, rate) => all + rate[what], 0);
    return { ended: sum("ended"), failed: sum("failed") };
  }
}

function perSecond(from: Sample, to: Sample, what: "all" | "failed"): number {
  const seconds = (to.timeMs - from.timeMs) / 1000;
  return seconds > 0 ? (to[what] - from[what]) / seconds : 0;
}

function keyOf(host: string, lane: string): string {
  return `${host}/${lane}`;
}

/** Neither dugdale ids nor lane names contain a slash. */
function fromKey(key: string): [host: string, lane: string] {
  const [host = "", lane = ""] = key.split("/");
  return [host, lane];
}

const BLOCKS = "▁▂▃▄▅▆▇█";

/** The last values as blocks of proportional height. */
export function sparkline(numbers: readonly number[], columns: number): string {
  const shown = numbers.slice(-columns);
  const greatest = Math.max(...shown);
  if (!(greatest > 0)) return "▁".repeat(shown.length);
  return shown.map((number) => BLOCKS[Math.ceil(number / greatest * (BLOCKS.length - 1))]).join("");
}

/** A formatted rate: `0`, `0.2`, `12.3`, `1200`. */
export function rateText(perSecond: number): string {
  if (perSecond === 0) return "0";
  if (perSecond < 0.05) return "<0.1";
  return perSecond < 100 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}
