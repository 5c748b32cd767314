import { dirname } from "node:path";
import type { VersionReply } from "../protocol/lane.ts";
import { type RouteKey, ROUTES } from "../protocol/routes.ts";
import type { Lane, Lanes } from "./engine/lanes.ts";
import { ranMs, type Transition } from "./engine/transitions.ts";
import { Counter, Gauge, Histogram, type LabelValues, type Metric } from "./exposition.ts";
import type { Clock } from "./host/clock.ts";
import type { DataDir } from "./host/data_dir.ts";
import type { RequestEnd } from "./http/app.ts";
import type { DiskUsage } from "./staging/disk_usage.ts";
import type { OutboxCount } from "./store/outbox.ts";
import type { Store } from "./store/store.ts";

/** Sources of the gauges. */
export interface MetricSources {
  readonly version: VersionReply;
  readonly clock: Clock;
  readonly lanes: Lanes;
  readonly store: Store;
  readonly dataDir: DataDir;
  readonly usage: DiskUsage;
  /** How many events wait in the outbox and are dead, by hook. */
  readonly hookEvents: () => readonly OutboxCount[];
}

/** Purpose of a file or folder that could not be synced. */
export type FsyncTransition = (typeof FSYNC_TRANSITIONS)[number];
const FSYNC_TRANSITIONS = [
  "dispatch_outdir",
  "exec_dispatch_outdir",
  "restart_outdir",
  "staging_put_outdir",
  "staging_upload_complete",
  "output_commit",
  "staging_gc_tomb",
] as const;

const HTTP_BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** From 50 ms to 7 hours, doubling. */
const MISSION_BOUNDS_S = Array.from({ length: 20 }, (_, index) => 0.05 * 2 ** index);
const METHODS = new Set(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]);
/** Metrics use another notation for path parameters. */
const TEMPLATES = new Map(
  Object.values(ROUTES).map(({ path }) => [path, path.replace(/:(\w+)/g, "{$1}")]),
);

/** All metrics of a dugdale. */
export class Metrics {
  readonly #laneLabels = new LaneLabels();
  readonly #missions = new Counter({
    name: "letts_missions_total",
    help: "Missions that have come to their end.",
    labels: ["kind", "lane", "outcome"],
  });
  readonly #missionDurations = new Histogram({
    name: "letts_mission_duration_seconds",
    help: "How long missions ran; 0 for one that never started.",
    labels: ["kind", "lane", "outcome"],
  }, MISSION_BOUNDS_S);
  readonly #requests = new Counter({
    name: "letts_http_requests_total",
    help: "Requests that have been answered.",
    labels: ["route", "method", "status"],
  });
  readonly #requestDurations = new Histogram({
    name: "letts_http_request_duration_seconds",
    help: "How long requests took; a stream until its last byte.",
    labels: ["route", "method"],
  }, HTTP_BOUNDS_S);
  readonly #adminAuthFailures = new Counter({
    name: "letts_admin_auth_failures_total",
    help: "Requests to admin routes without a known token.",
  });
  readonly #fsyncFailures = new Counter({
    name: "letts_fsync_failures_total",
    help: "Files and folders that could not be brought to the disk.",
    labels: ["transition"],
  }, FSYNC_TRANSITIONS.map((transition) => [transition]));
  readonly #deliveries = new Counter({
    name: "letts_hook_deliveries_total",
    help: "Deliveries of events: taken by the receiver, failed and to be repeated, or given up.",
    labels: ["hook", "result"],
  });
  readonly #counted: readonly Metric[] = [
    this.#missions,
    this.#missionDurations,
    this.#requests,
    this.#requestDurations,
    this.#adminAuthFailures,
    this.#fsyncFailures,
    this.#deliveries,
  ];
  #gauges: readonly Metric[] = [];

  /** Adds gauges, which are read on request. */
  watch(sources: MetricSources): void {
    this.#gauges = this.#makeGauges(sources);
  }

  /** Counts finished missions. */
  hear(transition: Transition): void {
    if (transition.change !== "done") return;
    const { kind, lane, outcome } = transition.mission;
    const label = this.#laneLabels.of(lane);
    this.#missions.add(kind, label, outcome);
    this.#missionDurations.observe(ranMs(transition.mission) / 1000, kind, label, outcome);
  }

  /** A request has been answered. */
  requestDone(end: RequestEnd<RouteKey>): void {
    const route = TEMPLATES.get(end.route) ?? end.route;
    const method = METHODS.has(end.method) ? end.method : "_other";
    this.#requests.add(route, method, String(end.status));
    this.#requestDurations.observe(end.durationMs / 1000, route, method);
    const scope = end.key && ROUTES[end.key].scope;
    // Only scope admin is allowed.
    if (end.refusal === "unauthorized" && scope?.length === 0) this.#adminAuthFailures.add();
  }

  /** A delivery of an event has ended. */
  delivery(hook: string, result: "delivered" | "failed" | "dead"): void {
    this.#deliveries.add(hook, result);
  }

  /** A file or folder could not be synced. */
  fsyncFailed(transition: FsyncTransition): void {
    this.#fsyncFailures.add(transition);
  }

  /** All metrics in Prometheus text format. */
  text(): string {
    return [...this.#gauges, ...this.#counted].map((metric) => metric.text()).join("");
  }

  #makeGauges({ version, clock, lanes, store, dataDir, usage, hookEvents }: MetricSources): Metric[] {
    const startedMs = clock.steadyMs();
    const perLane = (name: string, help: string, values: () => (lane: Lane) => number): Metric =>
      new Gauge({ name, help, labels: ["lane"] }, () => {
        const value = values();
        return this.#laneLabels.summed(lanes.list().map((lane) => [lane.name, value(lane)]));
      });
    return [
      new Gauge({
        name: "letts_dugdale_info",
        help: "What runs here; always 1.",
        labels: ["version", "commit"],
      }, () => [[[version.version, version.commit], 1]]),
      new Gauge({
        name: "letts_dugdale_uptime_seconds",
        help: "How long it has been running.",
      }, () => [[[], Math.round(clock.steadyMs() - startedMs) / 1000]]),
      perLane("letts_lane_queued", "Missions that wait.", () => unfinished(store, "queued")),
      perLane("letts_lane_running", "Missions that run.", () => unfinished(store, "running")),
      perLane("letts_lane_concurrency", "Missions that may run at once.", () => (lane) => lane.concurrency),
      perLane("letts_lane_paused", "1 while nothing is started.", () => (lane) => lane.paused ? 1 : 0),
      perLane(
        "letts_lane_waiting",
        "1 while no process can be started for want of descriptors, processes or memory.",
        () => (lane) => lane.shortage === undefined ? 0 : 1,
      ),
      new Gauge({
        name: "letts_hook_events",
        help: "Events that wait for their delivery, and those that were given up.",
        labels: ["hook", "state"],
      }, () =>
        hookEvents().flatMap(({ target, pending, dead }) => [
          [[target, "pending"], pending],
          [[target, "dead"], dead],
        ])),
      new Gauge({
        name: "letts_storage_bytes",
        help: "Size of what is stored.",
        labels: ["kind"],
      }, () => [
        [["db"], dataDir.disk.statSync(dataDir.database).size],
        [["output"], usage.measured.output],
        [["staging"], usage.measured.staging],
      ]),
      new Gauge({
        name: "letts_disk_bytes",
        help: "The file system of the data folder: its size, and what is free for the dugdale.",
        labels: ["kind"],
      }, () => {
        const { bavail, blocks, bsize } = dataDir.disk.statfsSync(dirname(dataDir.database));
        return [[["free"], bavail * bsize], [["size"], blocks * bsize]];
      }),
    ];
  }
}

/** Number of missions of a lane in a status. */
function unfinished(store: Store, status: "queued" | "running"): (lane: Lane) => number {
  const counts = new Map<string, number>();
  for (const { lane, count, ...one } of store.missions.unfinished.list()) {
    if (one.status === status) counts.set(lane, (counts.get(lane) ?? 0) + count);
  }
  return (lane) => counts.get(lane.name) ?? 0;
}

/** The label of each lane: a bounded number of names, whatever lanes come and go. */
class LaneLabels {
  readonly #names = new Set<string>();

  of(lane: string): string {
    if (this.#names.has(lane)) return lane;
    if (lane === "") return "_unset";
    if (this.#names.size >= 100) return "overflow";
    this.#names.add(lane);
    return lane;
  }

  /** Values by label; those of lanes that share a label are added up. */
  summed(values: readonly (readonly [lane: string, value: number])[]): [LabelValues, number][] {
    const sums = new Map<string, number>();
    for (const [lane, value] of values) {
      const label = this.of(lane);
      sums.set(label, (sums.get(label) ?? 0) + value);
    }
    return [...sums].map(([label, sum]) => [[label], sum]);
  }
}
