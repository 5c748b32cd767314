/** Counters for reading a log. @module */
import type { AccessLine } from "./access_line.ts";

/** Requests of one path, client or hour. */
export interface Count {
  requests: number;
  bytes: number;
  /** The longest response time in seconds; 0 if the log has none. */
  slowestSeconds: number;
}

/** A count with its name. */
export type NamedCount = Readonly<Count> & { readonly name: string };

/** The four classes of responses in a chart; anything below 300 is a success. */
export type StatusClass = "2xx" | "3xx" | "4xx" | "5xx";

/** The classes in drawing order. */
export const STATUS_CLASSES: readonly StatusClass[] = ["2xx", "3xx", "4xx", "5xx"];

const HOUR_MS = 3_600_000;
// A scan of random paths must not fill the memory.
const NAMES_MAX = 100_000;
const OTHERS = "(others)";

/** Counts the requests of a log, line by line. */
export class Tally {
  lines = 0;
  malformed = 0;
  bytes = 0;
  fromMs: number = Infinity;
  toMs: number = -Infinity;
  /** Whether any line has a response time. */
  timed = false;
  readonly statuses: Map<number, number> = new Map();
  readonly hours: Map<number, Record<StatusClass, number>> = new Map();
  readonly paths: Map<string, Count> = new Map();
  readonly clients: Map<string, Count> = new Map();

  /** Counts a line; undefined means that it was malformed. */
  add(request: AccessLine | undefined): void {
    this.lines++;
    if (request === undefined) {
      this.malformed++;
      return;
    }
    this.bytes += request.bytes;
    this.fromMs = Math.min(this.fromMs, request.atMs);
    this.toMs = Math.max(this.toMs, request.atMs);
    this.timed ||= request.seconds !== undefined;
    this.statuses.set(request.status, (this.statuses.get(request.status) ?? 0) + 1);
    this.#hour(request.atMs)[classOf(request.status)]++;
    count(this.paths, request.path, request);
    count(this.clients, request.client, request);
  }

  #hour(atMs: number): Record<StatusClass, number> {
    const startMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
    const hour = this.hours.get(startMs) ?? { "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 };
    this.hours.set(startMs, hour);
    return hour;
  }
}

/** The top entries of a count by one of its numbers, largest first, then by name. */
export function topOf(
  counts: ReadonlyMap<string, Count>,
  by: keyof Count,
  length: number,
): readonly NamedCount[] {
  return [...counts].map(([name, of]) => ({ name, ...of }))
    .sort((a, b) => b[by] - a[by] || (a.name < b.name ? -1 : 1))
    .slice(0, length);
}

/** The class of a status. */
export function classOf(status: number): StatusClass {
  if (status < 300) return "2xx";
  if (status < 400) return "3xx";
  return status < 500 ? "4xx" : "5xx";
}

function count(counts: Map<string, Count>, name: string, { bytes, seconds = 0 }: AccessLine): void {
  const key = counts.has(name) || counts.size < NAMES_MAX ? name : OTHERS;
  const of = counts.get(key) ?? { requests: 0, bytes: 0, slowestSeconds: 0 };
  of.requests++;
  of.bytes += bytes;
  of.slowestSeconds = Math.max(of.slowestSeconds, seconds);
  counts.set(key, of);
}
