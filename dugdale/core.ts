import type { DugdaleConfig } from "../config/dugdale/config.ts";
import { Ids } from "../protocol/ids.ts";
import { type RouteKey, ROUTES } from "../protocol/routes.ts";
import { AppliedConfig } from "./engine/applied.ts";
import { Engine } from "./engine/engine.ts";
import { Enqueuer } from "./engine/enqueue.ts";
import { Followers } from "./engine/followers.ts";
import { MissionActions } from "./engine/mission_actions.ts";
import { missionLog } from "./engine/mission_log.ts";
import type { EngineParts } from "./engine/parts.ts";
import { Schedules } from "./engine/schedules.ts";
import { Successors } from "./engine/successors.ts";
import { Transitions } from "./engine/transitions.ts";
import type { Clock } from "./host/clock.ts";
import type { DataDir } from "./host/data_dir.ts";
import type { Log } from "./host/log.ts";
import { Slots } from "./host/slots.ts";
import type { Spawner } from "./host/spawn.ts";
import { App, type Connection } from "./http/app.ts";
import type { Caller } from "./http/call.ts";
import { Audit, refusalOf } from "./http/audit.ts";
import { makeHandlers } from "./http/handlers.ts";
import type { CriticalError } from "./http/health.ts";
import type { HandlerParts } from "./http/parts.ts";
import { scheduleReader } from "./http/schedule_settings.ts";
import { Hooks } from "./hooks/hooks.ts";
import { WriteProbe } from "./database_health.ts";
import { type FsyncTransition, Metrics } from "./metrics.ts";
import { DiskUsage } from "./staging/disk_usage.ts";
import { Staging } from "./staging/staging.ts";
import type { Store } from "./store/store.ts";
import { VERSION } from "./version.ts";

/** External dependencies of a dugdale; tests substitute their own. */
export interface CoreParts {
  readonly config: DugdaleConfig;
  readonly store: Store;
  readonly dataDir: DataDir;
  readonly clock: Clock;
  readonly spawner: Spawner;
  readonly memoryKills: EngineParts["memoryKills"];
  readonly readVariable: EngineParts["readVariable"];
  readonly log: Log;
  /** Reads the configuration again and returns the keys that need a restart. Default: it did not come from a file. */
  readonly reload?: (() => string[]) | undefined;
  /** What on this machine does not fit an applied configuration. Default: that is not looked at. */
  readonly appliedWarnings?: HandlerParts["appliedWarnings"];
  /** Known damage of the database, if any. */
  readonly criticalError: () => CriticalError | undefined;
  /** Gets each record of the audit as a line of JSON. Default: none. */
  readonly auditSink?: ((line: string) => void) | undefined;
}

/** Everything of a dugdale behind its listener. Disposing it ends uploads and background work, not missions. */
export interface Core extends AsyncDisposable {
  readonly parts: EngineParts;
  readonly engine: Engine;
  readonly applied: AppliedConfig;
  readonly enqueuer: Enqueuer;
  readonly actions: MissionActions;
  readonly staging: Staging;
  readonly schedules: Schedules;
  readonly hooks: Hooks;
  readonly audit: Audit;
  /** Aborted by {@linkcode drain}. */
  readonly draining: AbortSignal;
  /** Starts no more missions and rejects dispatches; running missions continue. */
  drain(): void;
  /**
   * Creates the application that answers requests. @param admit Admits a request. @throws {ProblemError} When it is
   * rejected.
   */
  app(admit: (request: Request, key: RouteKey, connection: Connection) => Caller): App<typeof ROUTES>;
}

/** Maximum number of concurrent file operations; each uses a thread. */
const FILE_SLOTS = 8;

/**
 * Constructs a dugdale. Nothing is started or repaired yet: {@linkcode AppliedConfig.replay} creates the lanes,
 * {@linkcode Schedules.start} starts the schedules.
 */
export function openCore(given: CoreParts): Core {
  const { config, store, dataDir, clock, log, criticalError } = given;
  const slots = new Slots(FILE_SLOTS);
  const usage = new DiskUsage(dataDir, config.limits, slots);
  const metrics = new Metrics();
  const stopping = new AbortController();
  const shared = {
    store,
    dataDir,
    clock,
    log,
    config,
    slots,
    usage,
    draining: (): boolean => stopping.signal.aborted,
    onFsyncFailure: (transition: FsyncTransition, error?: unknown): void => {
      metrics.fsyncFailed(transition);
      log.warn("syncdir_failed", { transition, error });
    },
  };

  const followers = new Followers(store);
  const transitions = new Transitions(store, log);
  transitions.listen((transition) => followers.hear(transition));
  transitions.listen(missionLog(log));
  transitions.listen((transition) => metrics.hear(transition));

  const parts: EngineParts = {
    ...shared,
    ids: new Ids(() => clock.wallMs()),
    spawner: given.spawner,
    transitions,
    followers,
    memoryKills: given.memoryKills,
    readVariable: given.readVariable,
    quotaProblem: () => usage.problem(),
  };
  const engine = new Engine(parts);
  const hookEvents = () =>
    Object.keys({ ...config.hooks, ...config.sinks }).length === 0 ? [] : store.outbox.counts();
  metrics.watch({ version: VERSION, clock, lanes: engine.lanes, store, dataDir, usage, hookEvents });
  const applied = new AppliedConfig(parts, engine);
  const enqueuer = new Enqueuer(parts, engine.lanes, applied);
  new Successors(parts, engine.lanes, enqueuer);
  const actions = new MissionActions(parts, engine, enqueuer);
  const schedules = new Schedules({
    parts,
    engine,
    enqueuer,
    actions,
    read: scheduleReader(() => clock.wallMs()),
  });
  const hooks = new Hooks({ ...parts, onDelivery: (target, result) => metrics.delivery(target, result) });
  const staging = new Staging({
    ...shared,
    damaged: () => criticalError() !== undefined,
    missions: {
      killForDelete: (ids, gone) => actions.endAllForDelete(ids, gone),
      write: (change) => transitions.write(change),
      hide: (id) => transitions.hide(id),
    },
  });

  const audit = new Audit({ store, clock, log, config, sink: given.auditSink });
  const startedMs = clock.steadyMs();
  const probe = new WriteProbe(store, clock);
  const handlers = makeHandlers({
    parts: {
      ...parts,
      ...shared,
      engine,
      enqueuer,
      applied,
      schedules,
      audit,
      hooks,
      reload: given.reload,
      appliedWarnings: given.appliedWarnings,
      version: VERSION.version,
      startedMs,
    },
    actions,
    staging,
    readiness: {
      criticalError,
      draining: shared.draining,
      appliedMs: () => store.applied.find()?.appliedMs,
      writable: () => probe.check(),
    },
    version: VERSION,
    metrics: () => metrics.text(),
  });
  return {
    parts,
    engine,
    applied,
    enqueuer,
    actions,
    staging,
    schedules,
    hooks,
    audit,
    draining: stopping.signal,
    drain() {
      schedules.stop();
      engine.lanes.stop();
      stopping.abort();
    },
    app: (admit) =>
      new App({
        routes: ROUTES,
        handlers,
        admit,
        limits: config.limits,
        clock,
        log,
        onRefused: (key, caller, problem) => {
          if (problem.code !== "forbidden" && problem.code !== "forbidden_kind") return;
          const { method, path: route } = ROUTES[key];
          audit.refused(refusalOf(caller, { method, route, problem }));
        },
        onEnd: (end) => metrics.requestDone(end),
      }),
    async [Symbol.asyncDispose]() {
      await staging[Symbol.asyncDispose]();
      schedules[Symbol.dispose]();
      audit[Symbol.dispose]();
      engine[Symbol.dispose]();
      await hooks[Symbol.asyncDispose]();
    },
  };
}
