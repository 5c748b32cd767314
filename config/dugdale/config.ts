/**
 * The configuration of a dugdale in memory.
 *
 * @module
 */
import type { Scope } from "../../protocol/whoami.ts";
import type { DugdaleHook, DugdaleHookSettings } from "./hooks.ts";
import type { DugdaleSink, DugdaleSinkSettings } from "./sinks.ts";
import type { DugdaleLimits } from "./limits.ts";

/** Log levels. */
export type LogLevel = "debug" | "info" | "warn" | "error";
/** Log formats. */
export type LogFormat = "json" | "text";

/** Proxies and connections. */
export interface DugdaleNetwork {
  /** A proxy in front terminates TLS, so plain HTTP with tokens is allowed behind it. Default false. */
  readonly behindTlsProxy: boolean;
  /** Allow tokens over plain HTTP on an address that is not loopback. Default false. */
  readonly insecurePlainHttp: boolean;
  /** CIDR ranges of proxies whose forwarding headers are trusted. As written: not checked here. Default none. */
  readonly trustedProxies: readonly string[];
  /** Take the caller's address from `X-Forwarded-For` of a trusted proxy. Default false. */
  readonly useXForwardedFor: boolean;
  /**
   * Host names of the dugdale, in addition to loopback names and addresses; `*` allows all. Default none: on a loopback
   * address without a proxy, browsers are then limited to loopback names (against DNS rebinding); other clients are
   * not.
   */
  readonly allowedHosts: readonly string[];
  /** Maximum number of connections; the oldest idle one is closed for a new one. Default 10,000. */
  readonly maxConnections: number;
  /** Maximum number of connections from one address. Default 8,000. */
  readonly maxConnectionsPerAddress: number;
  /** Idle connections are closed after this time. Default 2 minutes. */
  readonly idleTimeoutMs: number;
  /** The headers of a request must be complete after this time. Default 10 seconds. */
  readonly headerTimeoutMs: number;
  /** `GET /v1/metrics` needs no token; otherwise it needs an admin token without limits. Default true. */
  readonly openMetrics: boolean;
}

/** Where a log output writes to. */
export type LogOutputType = "stderr" | "stdout" | "file";

/** One of several outputs of the log. */
export interface DugdaleLogOutput {
  /** The name in errors. */
  readonly name: string;
  /** A standard stream or a file. */
  readonly type: LogOutputType;
  /** The path of the file; empty for a stream. */
  readonly path: string;
  /** Minimum level. Default: that of the log. */
  readonly level?: LogLevel | undefined;
  /** Format. Default: that of the log. */
  readonly format?: LogFormat | undefined;
  /** A larger file is renamed, and a new one begun, in bytes. 0: only SIGHUP begins a new one. Default 0. */
  readonly maxBytes: number;
  /** Number of renamed files to keep: `path.1` is the newest. Default 5. */
  readonly keep: number;
  /** Begin each line with `<N>`, the priority that journald and syslog read. Default false. */
  readonly priority: boolean;
}

/** Log settings. */
export interface DugdaleLog {
  /** Minimum level. Default `info`. */
  readonly level: LogLevel;
  /** One JSON object for each line, or `key=value` text. Default `json`. */
  readonly format: LogFormat;
  /** `stderr`, `stdout`, or the path of a file to append to. Default `stderr`. */
  readonly output: string;
  /** Several outputs, instead of `output`. Default none. */
  readonly outputs: readonly DugdaleLogOutput[];
  /** Levels of events, by their names: others than those they have by themselves, or `off`. Default none. */
  readonly events: Readonly<Record<string, LogLevel | "off">>;
}

/** How long data is kept after it is no longer needed, in milliseconds. */
export interface DugdaleCleanup {
  /** Missions that succeeded. Default 24 h. */
  readonly successTtlMs: number;
  /** Missions with any other outcome. Default 7 days. */
  readonly failedTtlMs: number;
  /** Staging files that no mission uses. Where an expiry is reported to clients, 0 counts as 1 h. Default 1 h. */
  readonly stagingTtlMs: number;
  /** Output files after their download. Default 1 h. */
  readonly downloadedGraceMs: number;
  /** Remains of lost missions. Default 10 min. */
  readonly lostCleanupGraceMs: number;
  /** Records of the audit. Default 90 days. */
  readonly auditTtlMs: number;
  /** Interval between cleanups. 0 becomes 1 min. Default 5 min. */
  readonly sweepIntervalMs: number;
}

/** Execution of whole commands (exec). */
export interface DugdaleExec {
  /** Whether commands are accepted. Default false. */
  readonly enabled: boolean;
  /** Tokens that may send commands, as for the other scopes. Default none. */
  readonly tokens: readonly string[];
  /** A file with further tokens. Default none. */
  readonly tokenFile: string;
  /** Whether the command may be a shell. Default false. */
  readonly allowShell: boolean;
  /** Maximum size of a script, in bytes. 0: no limit. Default 256 KiB. */
  readonly maxScriptBytes: number;
  /** Maximum number of input files. 0 and less: no limit. Default 32. */
  readonly maxInputsPerExec: number;
  /** Maximum number of output files. 0 and less: no limit. Default 32. */
  readonly maxOutputsPerExec: number;
  /** Retention of execs that succeeded, in milliseconds. Default 1 h. */
  readonly execSuccessTtlMs: number;
  /** Retention of execs with any other outcome, in milliseconds. Default 24 h. */
  readonly execFailedTtlMs: number;
}

/** Environment of missions, in addition to the variables that every mission gets. */
export interface DugdaleMissionEnv {
  /** Names of the dugdale's own variables to pass on. Default none. */
  readonly inherit: readonly string[];
  /** Further variables. `${NAME}` in a value is replaced from the dugdale's environment at spawn. Default none. */
  readonly set: Readonly<Record<string, string>>;
}

/** Tokens of one scope. */
export interface DugdaleTokens {
  /** Any of them is accepted. Never logged. `${NAME}` in a file is replaced by that variable. Default none. */
  readonly tokens: readonly string[];
  /**
   * A file with further tokens, one a line; blank lines and lines that start with `#` do not count. `${NAME}` is replaced,
   * so that `${CREDENTIALS_DIRECTORY}/letts` names a credential of systemd. Default none.
   */
  readonly tokenFile: string;
}

/** A token with a name, its scopes and its limits. Several tokens of one entry allow changing it without a gap. */
export interface DugdaleNamedToken extends DugdaleTokens {
  /** The name in the log and in the audit record. */
  readonly name: string;
  /** Its scopes. */
  readonly scopes: readonly Scope[];
  /** It sees and dispatches only missions of these lanes. Default: all lanes. */
  readonly lanes?: readonly string[] | undefined;
  /** It sees and dispatches only these missions: names, or prefixes followed by `*`. Default: all missions. */
  readonly missions?: readonly string[] | undefined;
  /** When it expires, in Unix milliseconds. Default: never. */
  readonly expiresMs?: number | undefined;
  /** It may only call routes that change nothing. Default false. */
  readonly readOnly: boolean;
}

/** The record of who did what. */
export interface DugdaleAudit {
  /** Whether admin actions and refused requests are recorded. Default false. */
  readonly enabled: boolean;
  /** Whether dispatches are recorded too. Default true. */
  readonly dispatches: boolean;
  /** A file to which each record is appended as a line of JSON. Default none. */
  readonly file: string;
}

/** The web UI of this dugdale. */
export interface DugdaleUi {
  /** Whether it is served. Default false. */
  readonly enabled: boolean;
  /** `host:port` of the UI; port 0 means an arbitrary free port. Default `127.0.0.1:7190`. */
  readonly listen: string;
}

/** The configuration of a dugdale. Groups and names are those of dugdale.yaml. */
export interface DugdaleConfig {
  /** `host:port`; `:port` means all interfaces, port 0 an arbitrary free port. */
  readonly listen: string;
  /** The directory of the database and all files. Should be absolute. */
  readonly dataDir: string;
  /** Proxies and TLS. */
  readonly network: DugdaleNetwork;
  /** Tokens of scope dispatch. */
  readonly auth: DugdaleTokens;
  /** Tokens of scope admin. */
  readonly admin: DugdaleTokens;
  /** Tokens with names, besides those of the scopes. Default none. */
  readonly tokens: readonly DugdaleNamedToken[];
  /** Level, format and output of the log. */
  readonly log: DugdaleLog;
  /** The record of who did what. */
  readonly audit: DugdaleAudit;
  /** Retention. */
  readonly cleanup: DugdaleCleanup;
  /** Execution of whole commands (exec). */
  readonly exec: DugdaleExec;
  /** The environment of missions. */
  readonly missionEnv: DugdaleMissionEnv;
  /** Limits and timeouts. */
  readonly limits: DugdaleLimits;
  /** Receivers of events, by name. */
  readonly hooks: Readonly<Record<string, DugdaleHook>>;
  /** Where the records of missions are kept beside the dugdale, by name. */
  readonly sinks: Readonly<Record<string, DugdaleSink>>;
  /** The web UI; served by the program `letts dugdale` alone. */
  readonly ui: DugdaleUi;
}

/** A group with optional members. */
export type Some<Group> = { readonly [Name in keyof Group]?: Group[Name] | undefined };

/** Input for a {@linkcode DugdaleConfig}; omitted members get their defaults. */
export type DugdaleSettings =
  & {
    readonly listen: string;
    readonly dataDir: string;
    readonly hooks?: Readonly<Record<string, DugdaleHookSettings>> | undefined;
    readonly sinks?: Readonly<Record<string, DugdaleSinkSettings>> | undefined;
  }
  & {
    readonly [Name in Exclude<keyof DugdaleConfig, "listen" | "dataDir" | "tokens" | "hooks" | "sinks">]?:
      | Some<DugdaleConfig[Name]>
      | undefined;
  }
  & { readonly tokens?: readonly DugdaleNamedToken[] | undefined };
