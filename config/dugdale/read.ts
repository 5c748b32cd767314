/**
 * Builds the configuration of a dugdale from settings or a dugdale.yaml.
 *
 * @module
 */
import { isPlain } from "../variables.ts";
import type { DugdaleConfig, DugdaleSettings, DugdaleTokens, Some } from "./config.ts";
import { DUGDALE_DEFAULTS, SWEEP_INTERVAL_OF_0_MS } from "./defaults.ts";
import { processEnv } from "../letts/discover.ts";
import { discoverDugdaleFile, type DiscoverDugdaleOptions } from "./discover.ts";
import { checkDugdalePaths } from "./paths.ts";
import { dugdaleProblems } from "./rules.ts";
import { filledHook, plainHookSecrets, withHookVariables } from "./hooks.ts";
import { dugdaleShape } from "./shape.ts";
import { filledSink, plainSinkSecrets, withSinkVariables } from "./sinks.ts";
import { type FileText, readFileText, requireOwnFile, requirePrivateMode } from "../file_text.ts";
import { withTokens } from "./tokens.ts";
import { throwFirst } from "../yaml/problem.ts";
import { YamlDocument } from "../yaml/document.ts";

const STREAMS: ReadonlyMap<string, string> = new Map([
  ["stdout", "stdout"],
  ["stderr", "stderr"],
  ["-", "stderr"],
]);

/**
 * Builds a configuration without a file: omitted settings get their defaults. A cleanup interval of 0 becomes one
 * minute, a cache size of 0 the default, and the log outputs `STDOUT` and `-` become `stdout` and `stderr`, so that
 * other code need not handle them.
 *
 * The rules that reject a configuration, such as tokens on a public address without TLS, are not applied: see
 * `checkDugdaleConfig`.
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
    tokens: settings.tokens ?? DUGDALE_DEFAULTS.tokens,
    audit: filled(DUGDALE_DEFAULTS.audit, settings.audit),
    ui: filled(DUGDALE_DEFAULTS.ui, settings.ui),
    log: { ...log, output: STREAMS.get(log.output.toLowerCase()) ?? log.output },
    cleanup: { ...cleanup, sweepIntervalMs: cleanup.sweepIntervalMs || SWEEP_INTERVAL_OF_0_MS },
    exec: filled(DUGDALE_DEFAULTS.exec, settings.exec),
    missionEnv: filled(DUGDALE_DEFAULTS.missionEnv, settings.missionEnv),
    limits: { ...limits, cacheSize: limits.cacheSize || DUGDALE_DEFAULTS.limits.cacheSize },
    sinks: Object.fromEntries(
      Object.entries(settings.sinks ?? {}).map(([name, sink]) => [name, filledSink(sink)]),
    ),
    hooks: Object.fromEntries(
      Object.entries(settings.hooks ?? {}).map(([name, hook]) => [name, filledHook(hook)]),
    ),
  };
}

function filled<Group extends object>(defaults: Group, some: Some<Group> | undefined): Group {
  const said = Object.entries(some ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}

/** Options for finding and reading dugdale.yaml. */
export interface ReadDugdaleOptions extends DiscoverDugdaleOptions {
  /** Accept secrets in a file that belongs to, or can be read by, another user. Default false. */
  readonly insecurePermissions?: boolean | undefined;
}

/**
 * Finds, reads and validates dugdale.yaml: discovery, shape and rules, permissions, paths. `stage` of the error tells
 * which step failed.
 *
 * @param path The file; if empty or omitted, the one found by `discoverDugdaleFile`.
 * @throws {ConfigError} When no file is found or it is invalid.
 */
export function readDugdaleConfig(path?: string, options: ReadDugdaleOptions = {}): DugdaleConfig {
  const content = readFileText(discoverDugdaleFile(path, options));
  const parsed = parseDugdaleConfig(content);
  if (!options.insecurePermissions) requirePrivate(content, parsed);
  const { env = processEnv, insecurePermissions } = options;
  const { file } = content;
  const config = {
    ...withTokens(parsed, { file, env, insecurePermissions }),
    hooks: withHookVariables(parsed.hooks, { file, env }),
    sinks: withSinkVariables(parsed.sinks, { file, env }),
  };
  checkDugdalePaths(config, file);
  return config;
}

/**
 * Parses the text of a dugdale.yaml.
 *
 * @throws {ConfigError} With stage `parse`, for the first violated rule.
 */
export function parseDugdaleConfig({ file, text }: Pick<FileText, "file" | "text">): DugdaleConfig {
  const document = new YamlDocument(file, text);
  const read = dugdaleShape.decode(document.root) ?? {};
  const config = dugdaleConfig({ ...read, listen: read.listen ?? "", dataDir: read.dataDir ?? "" });
  throwFirst([...document.problems, ...dugdaleProblems(config)], document.places);
  return config;
}

/** Secrets are tokens of any group, including disabled ones, the variables of missions, and what hooks sign with. */
function requirePrivate(content: FileText, config: DugdaleConfig): void {
  const { auth, admin, exec, tokens, missionEnv, hooks, sinks } = config;
  const secrets = [
    ...(hasPlain(auth) ? ["auth.tokens"] : []),
    ...(hasPlain(admin) ? ["admin.tokens"] : []),
    ...(hasPlain(exec) ? ["exec.tokens"] : []),
    ...(tokens.some(hasPlain) ? ["tokens"] : []),
    ...(Object.keys(missionEnv.set).length > 0 ? ["mission_env.set"] : []),
    ...plainHookSecrets(hooks),
    ...plainSinkSecrets(sinks),
  ];
  if (secrets.length === 0) return;
  requirePrivateMode(content, secrets.join(", "));
  requireOwnFile(content, secrets.join(", "));
}

/** A token from a variable or another file is not a secret of this file. */
function hasPlain({ tokens }: DugdaleTokens): boolean {
  return tokens.some(isPlain);
}
