/**
 * The configuration of a dugdale: its shape in memory, its defaults, and how dugdale.yaml becomes one.
 *
 * @module
 */
import { type DugdaleLimits, LIMIT_DEFAULTS } from "./dugdale_limits.ts";

/** How much is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error";
/** How a log record is written. */
export type LogFormat = "json" | "text";

/** Who stands between callers and the dugdale. */
export interface DugdaleNetwork {
  /** A proxy in front does TLS, so tokens may travel over plain HTTP behind it. Default false. */
  readonly behindTlsProxy: boolean;
  /** Tokens over plain HTTP on an address that is not loopback are accepted knowingly. Default false. */
  readonly insecurePlainHttp: boolean;
  /** CIDR ranges of proxies whose forwarding headers are believed. As written: not checked here. Default none. */
  readonly trustedProxies: readonly string[];
  /** Take the caller's address from `X-Forwarded-For` of a trusted proxy. Default false. */
  readonly useXForwardedFor: boolean;
}

/** Where the log goes. */
export interface DugdaleLog {
  /** The least level that is written. Default `info`. */
  readonly level: LogLevel;
  /** One JSON object a line, or `key=value` text. Default `json`. */
  readonly format: LogFormat;
  /** `stderr` or `stdout` in any case, else a file that is appended to. Default `stderr`. */
  readonly output: string;
}

/** How long things are kept after they are no longer needed. Milliseconds. */
export interface DugdaleCleanup {
  /** A mission that succeeded. Default 24 h. */
  readonly successTtlMs: number;
  /** A mission that ended in any other way. Default 7 days. */
  readonly failedTtlMs: number;
  /** A staging file that no mission uses. 0 counts as 1 h where an expiry is told to callers. Default 1 h. */
  readonly stagingTtlMs: number;
  /** An output file after its download. Default 1 h. */
  readonly downloadedGraceMs: number;
  /** The rest of a mission that was lost. Default 10 min. */
  readonly lostCleanupGraceMs: number;
  /** From one sweep to the next. 0 becomes 1 min. Default 5 min. */
  readonly sweepIntervalMs: number;
}

/** Commands that are sent whole. */
export interface DugdaleExec {
  /** Whether they are taken at all. Default false. */
  readonly enabled: boolean;
  /** Tokens that may send them. Default none. */
  readonly tokens: readonly string[];
  /** Whether a shell may be the command. Default false. */
  readonly allowShell: boolean;
  /** The script of one exec, in bytes. 0: no cap. Default 256 KiB. */
  readonly maxScriptBytes: number;
  /** Input files of one exec. 0 and less: no cap. Default 32. */
  readonly maxInputsPerExec: number;
  /** Output files of one exec. 0 and less: no cap. Default 32. */
  readonly maxOutputsPerExec: number;
  /** How long an exec that succeeded is kept, in milliseconds. Default 1 h. */
  readonly execSuccessTtlMs: number;
  /** How long an exec that ended in any other way is kept, in milliseconds. Default 24 h. */
  readonly execFailedTtlMs: number;
}

/** What missions see of the environment, beside the variables that every mission gets. */
export interface DugdaleMissionEnv {
  /** Names of the dugdale's own variables that are handed on. Default none. */
  readonly inherit: readonly string[];
  /** Further variables. `${NAME}` in a value is filled from the dugdale's environment at spawn. Default none. */
  readonly set: Readonly<Record<string, string>>;
}

/** Tokens of one scope. */
export interface DugdaleTokens {
  /** Any of them is accepted. Never logged. Default none. */
  readonly tokens: readonly string[];
}

/** Everything a dugdale is told at its start. Groups and names are those of dugdale.yaml. */
export interface DugdaleConfig {
  /** `host:port`; `:port` is every interface, port 0 lets the system choose. */
  readonly listen: string;
  /** The directory that holds the database and all files. Should be absolute. */
  readonly dataDir: string;
  /** Proxies and TLS. */
  readonly network: DugdaleNetwork;
  /** Tokens that may dispatch. */
  readonly auth: DugdaleTokens;
  /** Tokens that may do everything. */
  readonly admin: DugdaleTokens;
  /** Level, format and target of the log. */
  readonly log: DugdaleLog;
  /** Retention. */
  readonly cleanup: DugdaleCleanup;
  /** Commands that are sent whole. */
  readonly exec: DugdaleExec;
  /** The environment of missions. */
  readonly missionEnv: DugdaleMissionEnv;
  /** Caps and waits. */
  readonly limits: DugdaleLimits;
}

/** A group of which any part may be left out. */
export type Some<Group> = { readonly [Name in keyof Group]?: Group[Name] | undefined };

/** What must be said to get a {@linkcode DugdaleConfig}; the rest has defaults. */
export type DugdaleSettings =
  & { readonly listen: string; readonly dataDir: string }
  & {
    readonly [Name in Exclude<keyof DugdaleConfig, "listen" | "dataDir">]?:
      | Some<DugdaleConfig[Name]>
      | undefined;
  };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Every group of a file that sets none of them. */
export const DUGDALE_DEFAULTS: Omit<DugdaleConfig, "listen" | "dataDir"> = {
  network: { behindTlsProxy: false, insecurePlainHttp: false, trustedProxies: [], useXForwardedFor: false },
  auth: { tokens: [] },
  admin: { tokens: [] },
  log: { level: "info", format: "json", output: "stderr" },
  cleanup: {
    successTtlMs: DAY_MS,
    failedTtlMs: 7 * DAY_MS,
    stagingTtlMs: HOUR_MS,
    downloadedGraceMs: HOUR_MS,
    lostCleanupGraceMs: 10 * MINUTE_MS,
    sweepIntervalMs: 5 * MINUTE_MS,
  },
  exec: {
    enabled: false,
    tokens: [],
    allowShell: false,
    maxScriptBytes: 256 * 1024,
    maxInputsPerExec: 32,
    maxOutputsPerExec: 32,
    execSuccessTtlMs: HOUR_MS,
    execFailedTtlMs: DAY_MS,
  },
  missionEnv: { inherit: [], set: {} },
  limits: LIMIT_DEFAULTS,
};

/**
 * Builds a configuration without a file: what is not said gets its default. A sweep interval of 0 becomes one
 * minute and a cache size of 0 the default one, so that nobody has to know.
 *
 * The rules that refuse a configuration, such as tokens on a public address without TLS, are not applied:
 * `checkDugdaleConfig` in `dugdale_rules.ts` does that.
 */
export function dugdaleConfig(settings: DugdaleSettings): DugdaleConfig {
  const cleanup = filled(DUGDALE_DEFAULTS.cleanup, settings.cleanup);
  const limits = filled(DUGDALE_DEFAULTS.limits, settings.limits);
  return {
    listen: settings.listen,
    dataDir: settings.dataDir,
    network: filled(DUGDALE_DEFAULTS.network, settings.network),
    auth: filled(DUGDALE_DEFAULTS.auth, settings.auth),
    admin: filled(DUGDALE_DEFAULTS.admin, settings.admin),
    log: filled(DUGDALE_DEFAULTS.log, settings.log),
    cleanup: { ...cleanup, sweepIntervalMs: cleanup.sweepIntervalMs || MINUTE_MS },
    exec: filled(DUGDALE_DEFAULTS.exec, settings.exec),
    missionEnv: filled(DUGDALE_DEFAULTS.missionEnv, settings.missionEnv),
    limits: { ...limits, cacheSize: limits.cacheSize || LIMIT_DEFAULTS.cacheSize },
  };
}

function filled<Group extends object>(defaults: Group, some: Some<Group> | undefined): Group {
  const said = Object.entries(some ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}
