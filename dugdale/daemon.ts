import { mkdirSync } from "node:fs";
import { env } from "node:process";
import type { DugdaleConfig } from "../config/dugdale/config.ts";
import type { MissionKind } from "../protocol/mission.ts";
import { type RouteKey, ROUTES } from "../protocol/routes.ts";
import { AppliedConfig } from "./engine/applied.ts";
import { Engine, type LiveRun } from "./engine/engine.ts";
import { Followers } from "./engine/followers.ts";
import { MissionActions } from "./engine/mission_actions.ts";
import type { EngineParts } from "./engine/parts.ts";
import { repairRunning } from "./engine/repair.ts";
import { systemClock } from "./host/clock.ts";
import { DataDir } from "./host/data_dir.ts";
import { Ids } from "../protocol/ids.ts";
import { DirLock } from "./host/lock.ts";
import { type Log, silentLog } from "./host/log.ts";
import { Slots } from "./host/slots.ts";
import { openSpawner } from "./host/spawner.ts";
import { App, type RequestEnd } from "./http/app.ts";
import { Gate } from "./http/gate.ts";
import { makeHandlers } from "./http/handlers.ts";
import type { HandlerParts } from "./http/parts.ts";
import { listen } from "./http/server.ts";
import { type FsyncTransition, Metrics } from "./metrics.ts";
import { KernelMemoryKills } from "./run/out_of_memory.ts";
import { DiskUsage } from "./staging/disk_usage.ts";
import { DatabaseHealth } from "./database_health.ts";
import { Staging } from "./staging/staging.ts";
import { Store } from "./store/store.ts";
import { Maintenance } from "./maintenance.ts";
import { VERSION } from "./version.ts";

/** How to open a dugdale. */
export interface DugdaleOptions {
  /** Made by {@linkcode dugdaleConfig} or read from a dugdale.yaml. */
  readonly config: DugdaleConfig;
  /** Default: nothing is logged. */
  readonly log?: Log;
}

/** A mission that has a process, or whose output files are being collected. */
export interface LiveMission {
  /** UUIDv7 of the mission or exec. */
  readonly missionId: string;
  /** Whether it was dispatched by name or sent as a command. */
  readonly kind: MissionKind;
  /** The lane whose slot it holds. */
  readonly lane: string;
  /** Name of the script; `exec` for every exec. */
  readonly missionName: string;
  /** When its lane picked it up, in milliseconds of `performance.now()`: the wall clock may be set meanwhile. */
  readonly sinceMs: number;
}

/** A dugdale in this process. Disposing it ends running missions and closes everything. */
export interface Dugdale extends AsyncDisposable {
  /** Where it answers, such as `http://127.0.0.1:7180`. */
  readonly url: string;
  /** What it listens on; the port is the real one when 0 was asked for. */
  readonly address: Deno.NetAddr;
  /** The missions that run now: what a {@linkcode close} would wait for. */
  readonly live: readonly LiveMission[];
  /** Aborted once it drains: when it is told to, or when nothing keeps another dugdale out of its data directory. */
  readonly draining: AbortSignal;
  /** Starts nothing more and refuses dispatches; running missions go on. */
  drain(): void;
  /** Ends running missions with SIGTERM and, after the grace, SIGKILL. Implies {@linkcode drain}. */
  endMissions(): void;
  /** Drains, waits for the running missions, closes everything. */
  close(): Promise<void>;
}

/** Requests that are still running when all missions have ended get so long to finish. */
const HTTP_GRACE_MS = 30_000;
/** File operations that may be under way at once; each holds a thread. */
const FILE_SLOTS = 8;

/**
 * Opens the data directory, settles what an earlier daemon left, starts the lanes and listens.
 *
 * @throws {DataDirLockedError} When another dugdale uses the data directory.
 * @throws {NewerDatabaseError} When a newer version has written it.
 * @throws {ListenError} When the address cannot be listened on.
 */
export async function openDugdale(options: DugdaleOptions): Promise<Dugdale> {
  const { config, log = silentLog } = options;
  await using stack = new AsyncDisposableStack();
  mkdirSync(config.dataDir, { recursive: true });
  const dataDir = new DataDir(config.dataDir);
  const lock = stack.use(DirLock.take(dataDir.lock));
  lock.describe(describe(config.listen));
  const store = stack.use(new Store(dataDir.database, config.limits.cacheSize));
  const health = stack.use(new DatabaseHealth(lock, dataDir.database, log));
  dataDir.make();
  const clock = systemClock;
  const slots = new Slots(FILE_SLOTS);
  const usage = new DiskUsage(dataDir, config.limits.maxDataDirBytes, slots);
  const onFsyncFailure = (transition: FsyncTransition, error?: unknown): void => {
    metrics.fsyncFailed(transition);
    log.warn("syncdir_failed", { transition, error });
  };
  const parts: EngineParts = {
    store,
    dataDir,
    clock,
    log,
    config,
    ids: new Ids(() => clock.wallMs()),
    slots,
    spawner: stack.use(openSpawner()),
    followers: new Followers(store),
    memoryKills: new KernelMemoryKills(clock),
    readVariable: (name) => env[name],
    quotaProblem: () => usage.problem(),
    onDone: (end) => metrics.missionDone(end),
    onFsyncFailure,
  };
  const engine = stack.use(new Engine(parts));
  const metrics = new Metrics({ version: VERSION, clock, lanes: engine.lanes, store, dataDir, usage });
  const applied = new AppliedConfig(parts, engine);
  const control = new MissionActions(parts, engine, applied);
  const stopping = new AbortController();
  const draining = (): boolean => stopping.signal.aborted;
  const staging = stack.use(
    new Staging({
      store,
      dataDir,
      clock,
      log,
      config,
      slots,
      usage,
      draining,
      damaged: () => health.criticalError !== undefined,
      missions: {
        killForDelete: async (ids, gone) =>
          void await Promise.all(ids.map((id) => control.endForDelete(id, gone))),
        deleting: (missions) => missions.forEach((mission) => parts.followers.abandon(mission.id)),
      },
      onFsyncFailure,
    }),
  );
  await health.repair("repair_running", () => repairRunning(parts, engine));
  await health.repair("repair_staging", () => staging.repair());
  const handlerParts: HandlerParts = {
    ...parts,
    engine,
    applied,
    usage,
    version: VERSION.version,
    startedMs: clock.steadyMs(),
    draining,
  };
  const readiness = {
    criticalError: () => health.criticalError,
    draining,
    appliedMs: () => store.applied.find()?.appliedMs,
  };
  const handlers = makeHandlers(
    handlerParts,
    control,
    staging,
    readiness,
    VERSION,
    () => metrics.text(),
  );
  const gate = new Gate(config, clock, log);
  const onEnd = (end: RequestEnd<RouteKey>): void => metrics.requestDone(end);
  const server = listen(
    config.listen,
    new App({ routes: ROUTES, handlers, admit: gate.admit, limits: config.limits, clock, log, onEnd }),
  );
  try {
    applied.replay();
  } catch (error) {
    // Without lanes the daemon can still be looked at, and a new apply mends it.
    log.error("db_error", { op: "replay", err: error });
  }
  staging.start();
  const listening = `${server.address.hostname}:${server.address.port}`;
  lock.describe(describe(listening));
  const drain = (): void => {
    engine.lanes.stop();
    stopping.abort();
  };
  stack.use(
    new Maintenance(parts, lock, () => {
      log.error("lock lost", { path: dataDir.lock });
      drain();
    }),
  );
  const endMissions = (): void => {
    drain();
    for (const run of engine.live) run.kill.kill("dugdale_shutdown");
  };
  const resources = stack.move();
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    drain();
    await engine.idle();
    parts.followers.close();
    await server.stop(HTTP_GRACE_MS);
    await resources.disposeAsync();
    log.info("dugdale stopped cleanly");
  };
  log.info("dugdale started", { listen: listening, data_dir: config.dataDir });
  return {
    url: `http://${urlHost(server.address.hostname)}:${server.address.port}`,
    address: server.address,
    get live() {
      return engine.live.map(toLiveMission);
    },
    draining: stopping.signal,
    drain,
    endMissions,
    close: () => closed ??= close(),
    [Symbol.asyncDispose]: async () => {
      endMissions();
      await (closed ??= close());
    },
  };
}

function toLiveMission({ row, sinceMs }: LiveRun): LiveMission {
  const { mission_id: missionId, kind, lane, mission_name: missionName } = row;
  return { missionId, kind, lane, missionName, sinceMs };
}

function describe(listen: string): Record<string, string | number> {
  return {
    pid: Deno.pid,
    host: Deno.hostname(),
    version: VERSION.version,
    listen,
    os: `${Deno.build.os}/${Deno.build.arch}`,
  };
}

/** A wildcard address is reached over loopback. */
function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  if (hostname === "::") return "[::1]";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
