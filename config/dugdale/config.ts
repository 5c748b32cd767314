/**
 * The configuration of a dugdale in memory.
 *
 * @module
 */
import type { DugdaleLimits } from "./limits.ts";

/** How much is logged. */
export type LogLevel = "debug" | "info" | "warn" | "error";
/** How a log record is written. */
export type LogFormat = "json" | "text";

/** Proxies and connections. */
export interface DugdaleNetwork {
  /** A proxy in front does TLS, so tokens may travel over plain HTTP behind it. Default false. */
  readonly behindTlsProxy: boolean;
  /** Tokens over plain HTTP on an address that is not loopback are accepted knowingly. Default false. */
  readonly insecurePlainHttp: boolean;
  /** CIDR ranges of proxies whose forwarding headers are believed. As written: not checked here. Default none. */
  readonly trustedProxies: readonly string[];
  /** Take the caller's address from `X-Forwarded-For` of a trusted proxy. Default false. */
  readonly useXForwardedFor: boolean;
  /**
   * Names by which the dugdale is reached, besides loopback names and addresses; `*` allows all. Default none: on a
   * loopback address without a proxy, browsers are then held to loopback names (DNS rebinding), other clients are not.
   */
  readonly allowedHosts: readonly string[];
  /** Connections at once; the oldest without a request is closed for a new one. Default 10,000. */
  readonly maxConnections: number;
  /** Connections at once of one address. Default 8,000. */
  readonly maxConnectionsPerAddress: number;
  /** A connection without a request is closed after this time. Default 2 minutes. */
  readonly idleTimeoutMs: number;
  /** The head of a request must be complete after this time. Default 10 seconds. */
  readonly headerTimeoutMs: number;
}

/** Where the log goes. */
export interface DugdaleLog {
  /** The least level that is written. Default `info`. */
  readonly level: LogLevel;
  /** One JSON object a line, or `key=value` text. Default `json`. */
  readonly format: LogFormat;
  /** `stderr` or `stdout`, else a file that is appended to. Default `stderr`. */
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
  /** Tokens that may send them, as for the other scopes. Default none. */
  readonly tokens: readonly string[];
  /** A file with further tokens. Default none. */
  readonly tokenFile: string;
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

/** Environment of missions, beside the variables that every mission gets. */
export interface DugdaleMissionEnv {
  /** Names of the dugdale's own variables that are handed on. Default none. */
  readonly inherit: readonly string[];
  /** Further variables. `${NAME}` in a value is filled from the dugdale's environment at spawn. Default none. */
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
