/**
 * The configuration of a dugdale: its shape in memory, its defaults, and how dugdale.yaml becomes one.
 *
 * @module
 */
import { DUGDALE_DEFAULTS, SWEEP_INTERVAL_OF_0_MS } from "./defaults.ts";
import { discoverDugdaleFile, type DiscoverDugdaleOptions } from "./discover.ts";
import type { DugdaleLimits } from "./limits.ts";
import { checkDugdalePaths } from "./paths.ts";
import { dugdaleProblems } from "./rules.ts";
import { dugdaleShape } from "./shape.ts";
import { demandOwnFile, demandPrivateMode, type FileText, readFileText } from "../file_text.ts";
import { throwFirst } from "../yaml/problem.ts";
import { YamlDocument } from "../yaml/document.ts";

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

const STREAMS: ReadonlyMap<string, string> = new Map([
  ["stdout", "stdout"],
  ["stderr", "stderr"],
  ["-", "stderr"],
]);

/**
 * Builds a configuration without a file: what is not said gets its default. A sweep interval of 0 becomes one
 * minute, a cache size of 0 the default one, and the log outputs `STDOUT` and `-` become `stdout` and `stderr`,
 * so that nobody else has to know.
 *
 * The rules that refuse a configuration, such as tokens on a public address without TLS, are not applied:
 * `checkDugdaleConfig` in `dugdale_rules.ts` does that.
 */
export function dugdaleConfig(settings: DugdaleSettings): DugdaleConfig {
  const log = filled(DUGDALE_DEFAULTS.log, settings.log);
  const cleanup = filled(DUGDALE_DEFAULTS.cleanup, settings.cleanup);
  const limits = filled(DUGDALE_DEFAULTS.limits, settings.limits);
  return {
    listen: settings.listen,
    dataDir: settings.dataDir,
    network: filled(DUGDALE_DEFAULTS.network, settings.network),
    auth: filled(DUGDALE_DEFAULTS.auth, settings.auth),
    admin: filled(DUGDALE_DEFAULTS.admin, settings.admin),
    log: { ...log, output: STREAMS.get(log.output.toLowerCase()) ?? log.output },
    cleanup: { ...cleanup, sweepIntervalMs: cleanup.sweepIntervalMs || SWEEP_INTERVAL_OF_0_MS },
    exec: filled(DUGDALE_DEFAULTS.exec, settings.exec),
    missionEnv: filled(DUGDALE_DEFAULTS.missionEnv, settings.missionEnv),
    limits: { ...limits, cacheSize: limits.cacheSize || DUGDALE_DEFAULTS.limits.cacheSize },
  };
}

function filled<Group extends object>(defaults: Group, some: Some<Group> | undefined): Group {
  const said = Object.entries(some ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}

/** How dugdale.yaml is found and read. */
export interface ReadDugdaleOptions extends DiscoverDugdaleOptions {
  /** Accept secrets in a file of others, or one that others can read. Default false. */
  readonly insecurePermissions?: boolean | undefined;
}

/**
 * Finds, reads and checks dugdale.yaml: discovery, shape and rules, permissions, paths. `stage` of the error tells
 * which of them failed.
 *
 * @param path The file; empty or left out for the one that `discoverDugdaleFile` finds.
 * @throws {ConfigError} When no file is found or it cannot be used.
 */
export function readDugdaleConfig(path?: string, options: ReadDugdaleOptions = {}): DugdaleConfig {
  const content = readFileText(discoverDugdaleFile(path, options));
  const config = parseDugdaleConfig(content);
  if (!options.insecurePermissions) demandPrivate(content, config);
  checkDugdalePaths(config, content.file);
  return config;
}

/**
 * Makes a configuration of the text of a dugdale.yaml.
 *
 * @throws {ConfigError} With the stage `parse`, for the first rule that is broken.
 */
export function parseDugdaleConfig({ file, text }: Pick<FileText, "file" | "text">): DugdaleConfig {
  const document = new YamlDocument(file, text);
  const read = dugdaleShape.decode(document.root) ?? {};
  const config = dugdaleConfig({ ...read, listen: read.listen ?? "", dataDir: read.dataDir ?? "" });
  throwFirst([...document.problems, ...dugdaleProblems(config)], document.places);
  return config;
}

/** Secrets are tokens of any group, also of a disabled one, and the variables of missions. */
function demandPrivate(content: FileText, config: DugdaleConfig): void {
  const { auth, admin, exec, missionEnv } = config;
  const secrets = [
    ...(auth.tokens.length > 0 ? ["auth.tokens"] : []),
    ...(admin.tokens.length > 0 ? ["admin.tokens"] : []),
    ...(exec.tokens.length > 0 ? ["exec.tokens"] : []),
    ...(Object.keys(missionEnv.set).length > 0 ? ["mission_env.set"] : []),
  ];
  if (secrets.length === 0) return;
  demandPrivateMode(content, secrets.join(", "));
  demandOwnFile(content, secrets.join(", "));
}
