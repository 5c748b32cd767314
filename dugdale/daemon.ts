import { env } from "node:process";
import { ConfigError } from "../config/config_error.ts";
import type { DugdaleConfig } from "../config/dugdale/config.ts";
import { isLoopback } from "../config/dugdale/listen_host.ts";
import type { MissionKind } from "../protocol/mission.ts";
import { pastRecorder } from "../protocol/tracing.ts";
import type { LiveRun } from "./engine/engine.ts";
import { appliedWarnings } from "./applied_warnings.ts";
import { type Core, openCore } from "./core.ts";
import { repairRunning, tidyLeftovers } from "./engine/repair.ts";
import type { ReadVariable } from "./run/environment.ts";
import type { TransitionListener } from "./engine/transitions.ts";
import { type Clock, systemClock } from "./host/clock.ts";
import { DataDir } from "./host/data_dir.ts";
import { DirLock } from "./host/lock.ts";
import { type Log, LogOutput, silentLog } from "./host/log.ts";
import { openSpawner } from "./host/spawner.ts";
import { Gate } from "./http/gate.ts";
import { type AllowedHosts, HostRule } from "./http/host_rule.ts";
import { listen, type Server } from "./http/server.ts";
import { KernelMemoryKills } from "./run/out_of_memory.ts";
import { missionTraces } from "./mission_traces.ts";
import { type MissionChange, toMissionChange } from "./mission_change.ts";
import { DatabaseHealth } from "./database_health.ts";
import { Store } from "./store/store.ts";
import { Maintenance } from "./maintenance.ts";
import { ProblemError } from "./problem_error.ts";
import { liveConfig, reloadInto } from "./reload.ts";
import { VERSION } from "./version.ts";

/** How to open a dugdale. */
export interface DugdaleOptions {
  /** Created by {@linkcode dugdaleConfig} or read from a dugdale.yaml. */
  readonly config: DugdaleConfig;
  /** Default: no log. */
  readonly log?: Log;
  /** Default: the system clock. */
  readonly clock?: Clock | undefined;
  /** Reads the configuration again, for `POST /v1/admin/reload`. Default: not possible. */
  readonly readConfig?: (() => DugdaleConfig) | undefined;
  /**
   * Whether orphaned processes of missions become children of this process, so that a kill finds them. Linux only, and
   * only for a program that is nothing but a dugdale: it then waits for all of its children. Default false.
   */
  readonly adoptOrphans?: boolean | undefined;
  /**
   * Called with changes of missions: when a process has started, immediately; at an end, when it is on disk. Default:
   * none.
   */
  readonly onMission?: ((change: MissionChange) => void) | undefined;
}

/** A mission whose process is running or whose output files are being collected. */
export interface LiveMission {
  /** UUIDv7 of the mission or exec. */
  readonly missionId: string;
  /** Whether it was dispatched by name or sent as a command. */
  readonly kind: MissionKind;
  /** Its lane. */
  readonly lane: string;
  /** Name of the script; `exec` for every exec. */
  readonly missionName: string;
  /**
   * When it was started by its lane, in milliseconds of `performance.now()`, which is independent of changes of the
   * wall clock.
   */
  readonly sinceMs: number;
}

/** A dugdale in this process. Disposing it ends running missions and closes everything. */
export interface Dugdale extends AsyncDisposable {
  /** Base URL, such as `http://127.0.0.1:7180`. */
  readonly url: string;
  /** The address it listens on, with the actual port if 0 was requested. */
  readonly address: Deno.NetAddr;
  /** The running missions, for which {@linkcode close} waits. */
  readonly live: readonly LiveMission[];
  /** Aborted when it drains: on request, or after losing the lock of its data directory. */
  readonly draining: AbortSignal;
  /** Starts no more missions and rejects dispatches; running missions continue. */
  drain(): void;
  /** Ends running missions with SIGTERM and, after the grace, SIGKILL. Implies {@linkcode drain}. */
  endMissions(): void;
  /**
   * Replaces tokens, limits, retention and the environment of missions without a restart.
   *
   * @returns The keys that differ and take effect at the next start, as written in dugdale.yaml.
   */
  reload(config: DugdaleConfig): string[];
  /** Drains, waits for the running missions, and closes everything. */
  close(): Promise<void>;
}

/** Reads variables of this process. What is not UTF-8 cannot be handed on: it counts as not set, and is logged once. */
function variables(log: Log): ReadVariable {
  const warned = new Set<string>();
  return (name) => {
    try {
      return env[name];
    } catch (error) {
      if (!(error instanceof Deno.errors.InvalidData)) throw error;
      if (!warned.has(name)) {
        log.warn("variable left out", { variable: name, reason: "its value is not UTF-8" });
      }
      warned.add(name);
      return undefined;
    }
  };
}

/** Time for running requests to finish when all missions have ended. */
const HTTP_GRACE_MS = 30_000;

/**
 * Opens the data directory, settles what an earlier daemon left, starts the lanes and listens.
 *
 * @throws {ConfigError} When the data directory belongs to another user, or is writable by everyone.
 * @throws {DataDirError} When its database is missing but its files are not.
 * @throws {DataDirLockedError} When another dugdale uses the data directory.
 * @throws {NewerDatabaseError} When a newer version has written the database.
 * @throws {ListenError} When it cannot listen on the address.
 */
export async function openDugdale(options: DugdaleOptions): Promise<Dugdale> {
  const { log = silentLog, clock = systemClock, onMission, readConfig } = options;
  const config = liveConfig(options.config);
  const readVariable = variables(log);
  config.missionEnv.inherit.forEach(readVariable); // what is wrong with them is said at the start
  await using stack = new AsyncDisposableStack();
  const dataDir = DataDir.open(config.dataDir);
  const lock = stack.use(DirLock.take(dataDir.lock));
  const { unclean } = lock;
  lock.describe(describe(config.listen));
  const store = stack.use(new Store(dataDir.database, config.limits.cacheSize, clock, log));
  if (store.isEmpty()) dataDir.requireNoFiles();
  const health = stack.use(new DatabaseHealth({ lock, database: dataDir.database, store, clock, log }));
  dataDir.make();

  const auditFile = config.audit.file === "" ? undefined : stack.use(openAuditFile(config.audit.file));
  const core = stack.use(
    openCore({
      config,
      store,
      dataDir,
      log,
      clock,
      spawner: stack.use(openSpawner(clock, { adoptOrphans: options.adoptOrphans })),
      memoryKills: new KernelMemoryKills(clock),
      readVariable,
      appliedWarnings: (applied) =>
        appliedWarnings(applied, { missionEnv: config.missionEnv, read: readVariable }),
      reload: readConfig && ((): string[] => dugdale.reload(readAgain(readConfig))),
      criticalError: () => health.criticalError,
      auditSink: auditFile && ((line) => auditFile.write(line)),
    }),
  );
  const { parts, engine, staging } = core;
  const recordSpan = pastRecorder();
  if (recordSpan !== undefined) parts.transitions.listen(missionTraces(recordSpan));
  if (onMission !== undefined) parts.transitions.listen(tellOutside(onMission));
  await health.repair("repair_running", () => repairRunning(parts, engine));
  await health.repair("repair_staging", () => staging.repair());

  const { network } = config;
  const gate = new Gate(config, clock, log, (refusal) => core.audit.refused(refusal));
  const server = listen(config.listen, {
    app: core.app(gate.admit),
    limits: {
      max: network.maxConnections,
      maxPerAddress: network.maxConnectionsPerAddress,
      idleMs: network.idleTimeoutMs,
      headerMs: network.headerTimeoutMs,
    },
    hosts: new HostRule(allowedHosts(config)),
    clock,
    log,
  });
  const dugdale: OpenDugdale = new OpenDugdale({ config, core, gate, server, log, auditFile });
  try {
    core.applied.replay();
    await core.schedules.start();
  } catch (error) {
    // Without lanes the daemon can still be inspected, and a new apply repairs it.
    log.error("db_error", { op: "replay", err: error });
  }
  staging.start();
  core.hooks.start();
  const { hostname, port } = server.address;
  lock.describe(describe(`${hostname}:${port}`));
  stack.use(
    new Maintenance(parts, lock, () => {
      log.error("lock lost", { path: dataDir.lock });
      dugdale.drain();
    }),
  );
  if (unclean) stack.use(tidyLeftovers(parts));
  log.info("dugdale started", { listen: `${hostname}:${port}`, data_dir: config.dataDir });
  return dugdale.owning(stack.move());
}

/** The parts that an open dugdale uses. */
interface OpenParts {
  readonly config: DugdaleConfig;
  readonly core: Core;
  readonly gate: Gate;
  readonly server: Server;
  readonly log: Log;
  readonly auditFile: LogOutput | undefined;
}

class OpenDugdale implements Dugdale {
  readonly #parts: OpenParts;
  readonly #resources = new AsyncDisposableStack();
  #closed: Promise<void> | undefined;

  constructor(parts: OpenParts) {
    this.#parts = parts;
  }

  /** Registers resources to release when the dugdale is closed. */
  owning(resources: AsyncDisposable): this {
    this.#resources.use(resources);
    return this;
  }

  get url(): string {
    return `http://${urlHost(this.address.hostname)}:${this.address.port}`;
  }

  get address(): Deno.NetAddr {
    return this.#parts.server.address;
  }

  get live(): readonly LiveMission[] {
    return this.#parts.core.engine.live.map(toLiveMission);
  }

  get draining(): AbortSignal {
    return this.#parts.core.draining;
  }

  drain(): void {
    this.#parts.core.drain();
  }

  endMissions(): void {
    this.drain();
    for (const run of this.#parts.core.engine.live) run.kill.kill("dugdale_shutdown");
  }

  reload(next: DugdaleConfig): string[] {
    const { config, gate, log, auditFile } = this.#parts;
    const later = reloadInto(config, next);
    gate.reload();
    try {
      auditFile?.reopen();
    } catch (err) {
      log.error("io_error", { op: "reopen", key: "audit.file", err });
    }
    log.info("configuration reloaded", later.length > 0 ? { needs_restart: later } : {});
    return later;
  }

  close(): Promise<void> {
    return this.#closed ??= this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endMissions();
    await this.close();
  }

  async #close(): Promise<void> {
    const { core, server, log } = this.#parts;
    this.drain();
    await core.engine.idle();
    core.parts.followers.close();
    core.audit.close();
    core.hooks.closeStreams();
    await server.stop(HTTP_GRACE_MS);
    await this.#resources.disposeAsync();
    log.info("dugdale stopped cleanly");
  }
}

/** @throws {ConfigError} When it cannot be opened. */
function openAuditFile(path: string): LogOutput {
  try {
    return new LogOutput(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(`${path} cannot be opened: ${reason}`, { key: "audit.file" }, { cause });
  }
}

/** @throws {ProblemError} `bad_request` When the configuration is invalid. */
function readAgain(readConfig: () => DugdaleConfig): DugdaleConfig {
  try {
    return readConfig();
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ProblemError("bad_request", cause.message, { cause });
  }
}

function tellOutside(onMission: (change: MissionChange) => void): TransitionListener {
  return (transition) => {
    const change = toMissionChange(transition);
    if (change !== undefined) onMission(change);
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

/** On loopback, browsers are limited to loopback names unless a proxy is in front; elsewhere any name is allowed. */
function allowedHosts({ listen, network }: DugdaleConfig): AllowedHosts {
  const { allowedHosts: names, trustedProxies, behindTlsProxy } = network;
  if (names.includes("*")) return { kind: "all" };
  if (names.length > 0) return { kind: "named", names };
  const isDirect = trustedProxies.length === 0 && !behindTlsProxy;
  return { kind: isLoopback(listen) && isDirect ? "loopback" : "all" };
}

/** A wildcard address is reached over loopback. */
function urlHost(hostname: string): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  if (hostname === "::") return "[::1]";
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}
