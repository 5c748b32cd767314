/**
 * The program `letts dugdale`.
 *
 * @module
 */
import { setFlagsFromString } from "node:v8";
import { ConfigError } from "../config/config_error.ts";
import type { DugdaleConfig, DugdaleLog, DugdaleLogOutput } from "../config/dugdale/config.ts";
import { readDugdaleConfig } from "../config/dugdale/read.ts";
import { tokenWarnings } from "../config/dugdale/tokens.ts";
import { findLogFormat, findLogLevel } from "../config/dugdale/log_words.ts";
import { type Dugdale, openDugdale } from "./daemon.ts";
import { hideProcess } from "./host/libc.ts";
import { DrainTable } from "./drain_table.ts";
import { systemClock } from "./host/clock.ts";
import { DataDir } from "./host/data_dir.ts";
import { DirLock } from "./host/lock.ts";
import { IdleMemory } from "./host/memory.ts";
import { type Log, LogOutput, type LogTarget, targetLog } from "./host/log.ts";
import { reportToServiceManager } from "./service_report.ts";
import { StopSignals } from "./stop_signals.ts";
import { Store } from "./store/store.ts";
import { VERSION } from "./version.ts";

const encoder = new TextEncoder();

/** Everything printed before the log is open goes to standard output. */
function say(text: string): void {
  Deno.stdout.writeSync(encoder.encode(text));
}

/** Command-line options of the daemon. */
export interface DugdaleFlags {
  /** Path of the configuration file; empty to search the usual places. */
  readonly config: string;
  readonly checkConfig: boolean;
  readonly migrateOnly: boolean;
  readonly insecureConfigPermissions: boolean;
  /** Overrides the configuration file. */
  readonly logLevel: string | undefined;
  /** As `logLevel`. */
  readonly logFormat: string | undefined;
  readonly version: boolean;
}

/** What runs beside a dugdale in its process; released before it ends. */
export type OpenBeside = (config: DugdaleConfig, dugdale: Dugdale, log: Log) => Promise<AsyncDisposable>;

/**
 * Runs the daemon until it is told to stop.
 *
 * @param openUi Called when the configuration wants the web UI.
 * @returns The exit code: 0 after a clean shutdown, 1 failure at start, 3 bad configuration.
 */
export async function dugdaleMain(flags: DugdaleFlags, openUi?: OpenBeside): Promise<number> {
  if (flags.version) {
    say(`dugdale ${VERSION.version} (commit=${VERSION.commit}, built_at=${VERSION.built_at})\n`);
    return 0;
  }
  const config = readConfig(flags);
  if (config === undefined) return 3;
  if (flags.checkConfig) {
    for (const warning of tokenWarnings(config, systemClock.wallMs())) say(`warning: ${warning}\n`);
    say("ok\n");
    return 0;
  }
  const daemonLog = openLog(config, flags);
  if (daemonLog === undefined) return 3;
  try {
    return flags.migrateOnly
      ? migrateOnly(config, daemonLog.log)
      : await serve(config, flags, daemonLog, openUi);
  } finally {
    await daemonLog.flush(LAST_LINES_MS);
  }
}

function readConfig(flags: DugdaleFlags): DugdaleConfig | undefined {
  try {
    return readDugdaleConfig(flags.config, { insecurePermissions: flags.insecureConfigPermissions });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const prefixes = { discovery: "config discovery: ", parse: "config parse: ", paths: "config paths: " };
    say(`${prefixes[error.stage as keyof typeof prefixes] ?? ""}${error.message}\n`);
    return undefined;
  }
}

/** The log of the daemon, whose levels can be changed. */
interface DaemonLog {
  readonly log: Log;
  /** Sets the levels of the configuration, unless a flag has said another one. */
  setLevels(settings: DugdaleLog): void;
  /** Opens files again, for example after they were renamed. */
  reopen(): void;
  /** Waits for pending lines. */
  flush(ms: number): Promise<void>;
}

/** Maximum time that the daemon waits at its end for a stalled reader of its log. */
const LAST_LINES_MS = 1000;

function openLog(config: DugdaleConfig, flags: DugdaleFlags): DaemonLog | undefined {
  const level = flags.logLevel === undefined ? config.log.level : findLogLevel(flags.logLevel);
  const format = flags.logFormat === undefined ? config.log.format : findLogFormat(flags.logFormat);
  if (level === undefined) say(`log init: unknown level ${JSON.stringify(flags.logLevel)}\n`);
  else if (format === undefined) say(`log init: unknown format ${JSON.stringify(flags.logFormat)}\n`);
  else {
    try {
      const { log: settings } = config;
      let least = level, events = eventLevels(settings);
      const outputs: LogOutput[] = [];
      const targets = (settings.outputs.length === 0 ? [onlyOutput(settings.output)] : settings.outputs)
        .map((own): LogTarget => {
          const output = openOutput(own);
          outputs.push(output);
          return {
            level: () => own.level ?? least,
            format: own.format ?? format,
            priority: own.priority,
            write: output.write,
          };
        });
      const log = targetLog(targets, () => events);
      return {
        log,
        setLevels: (next) => {
          if (flags.logLevel === undefined) least = next.level;
          events = eventLevels(next);
        },
        reopen: () => {
          for (const output of outputs) reopen(output, log);
        },
        flush: async (ms) => void await Promise.all(outputs.map((output) => output.flush(ms))),
      };
    } catch (error) {
      say(`log init: ${error instanceof Error ? error.message : error}\n`);
    }
  }
  return undefined;
}

/** `log.output` as one of `log.outputs`. */
function onlyOutput(output: string): DugdaleLogOutput {
  const type = output === "stdout" || output === "stderr" ? output : "file";
  return { name: "output", type, path: output, maxBytes: 0, keep: 0, priority: false };
}

function eventLevels({ events }: DugdaleLog): DugdaleLog["events"] | undefined {
  return Object.keys(events).length === 0 ? undefined : events;
}

/** @throws {Error} When the file cannot be opened; names the output. */
function openOutput({ name, type, path, maxBytes, keep }: DugdaleLogOutput): LogOutput {
  try {
    return new LogOutput(type === "file" ? path : type, { maxBytes, keep });
  } catch (cause) {
    throw new Error(`log output ${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

function reopen(output: LogOutput, log: Log): void {
  try {
    output.reopen();
  } catch (err) {
    log.error("io_error", { op: "reopen", err });
  }
}

function migrateOnly(config: DugdaleConfig, log: Log): number {
  try {
    const dataDir = DataDir.open(config.dataDir);
    using _lock = DirLock.take(dataDir.lock);
    using _store = new Store(dataDir.database, config.limits.cacheSize, systemClock, log);
  } catch (error) {
    log.error("start failed", { err: messageOf(error) });
    return 1;
  }
  say("migrations applied\n");
  return 0;
}

async function serve(
  config: DugdaleConfig,
  flags: DugdaleFlags,
  daemonLog: DaemonLog,
  openUi: OpenBeside | undefined,
): Promise<number> {
  const { log } = daemonLog;
  for (const warning of tokenWarnings(config, systemClock.wallMs())) log.warn("weak_token", { warning });
  using signals = new StopSignals(log);
  const readAgain = (): DugdaleConfig => {
    daemonLog.reopen();
    const { insecureConfigPermissions: insecurePermissions } = flags;
    const next = readDugdaleConfig(flags.config, { insecurePermissions });
    daemonLog.setLevels(next.log);
    return next;
  };
  let dugdale: Dugdale;
  try {
    hideProcess();
    dugdale = await openDugdale({ config, log, readConfig: readAgain, adoptOrphans: true });
  } catch (error) {
    log.error("start failed", { err: messageOf(error) });
    return 1;
  }
  await using beside = new AsyncDisposableStack();
  if (config.ui.enabled && openUi !== undefined) {
    try {
      beside.use(await openUi(config, dugdale, log));
    } catch (error) {
      log.error("start failed", { err: messageOf(error) });
      await dugdale[Symbol.asyncDispose]();
      return 1;
    }
  }
  signals.deliverTo(dugdale);
  using _reload = onHangup(() => reload(dugdale, readAgain, log));
  // V8 would interpret each function for several hundred calls; a burst of missions is over by then. Not earlier,
  // because it slows down the start.
  setFlagsFromString("--always-sparkplug");
  using _memory = new IdleMemory(() => dugdale.live.length === 0, systemClock);
  using _report = reportToServiceManager(dugdale.draining, systemClock, log);
  await untilStopped(dugdale);
  return 0;
}

/** An invalid file changes nothing. */
function reload(dugdale: Dugdale, readAgain: () => DugdaleConfig, log: Log): void {
  let config: DugdaleConfig;
  try {
    config = readAgain();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    log.error("reload failed", { err: error.message });
    return;
  }
  dugdale.reload(config);
}

/** Calls back at each SIGHUP. */
function onHangup(action: () => void): Disposable {
  if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
  Deno.addSignalListener("SIGHUP", action);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGHUP", action) };
}

/** Resolves once the dugdale was told to drain and everything is closed. */
async function untilStopped(dugdale: Dugdale): Promise<void> {
  using table = new DrainTable(dugdale, systemClock);
  const { draining } = dugdale;
  await new Promise<void>((resolve) => {
    if (draining.aborted) resolve();
    else draining.addEventListener("abort", () => resolve(), { once: true });
  });
  table.start();
  await dugdale.close();
}

/** One line for a person; an unexpected error, which is a bug, includes its stack. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const known =
    ["ConfigError", "DataDirError", "DataDirLockedError", "NewerDatabaseError", "ListenError"].includes(
      error.name,
    ) ||
    "code" in error;
  return known ? error.message : error.stack ?? error.message;
}
