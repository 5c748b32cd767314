/**
 * The client of the letts.yaml that applies.
 *
 * @module
 */
import { LettsClient } from "../client/client.ts";
import type { DugdaleEntry } from "../config/letts/dugdale_entry.ts";
import { readLettsConfig } from "../config/letts/open.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import type { Scope } from "../protocol/routes.ts";
import { UsageError } from "./errors.ts";
import type { Io } from "./output/io.ts";
import type { GlobalValues } from "./parse/global_flags.ts";
import { duration } from "./parse/times.ts";

/**
 * Finds and reads letts.yaml.
 *
 * @throws {ConfigError} When there is none, or it cannot be used.
 */
export async function openClient(globals: GlobalValues, io: Io): Promise<LettsClient> {
  const config = readLettsConfig({
    path: globals.config,
    env: io.env,
    insecurePermissions: globals["insecure-config-permissions"],
  });
  if (globals.verbose) await io.stderr.write(`letts: debug: resolved config ${config.file}\n`);
  return await clientOf(config, globals, io);
}

/** A client for a configuration; with `--verbose` it writes to stderr which tokens it uses. */
export async function clientOf(config: LettsConfig, globals: GlobalValues, io: Io): Promise<LettsClient> {
  return await LettsClient.open({
    requestTimeoutMs: requestTimeout(globals),
    config: globals.verbose ? logTokenUse(config, io) : config,
    env: io.env,
    ignoreProxy: globals["ignore-proxy"],
  });
}

function requestTimeout({ "request-timeout": text }: GlobalValues): number {
  const ms = duration("--request-timeout", text);
  if (ms <= 0) throw new UsageError(`--request-timeout ${JSON.stringify(text)} must be greater than 0`);
  return ms;
}

/** The same configuration; writes the first use of every token to stderr. */
function logTokenUse(config: LettsConfig, io: Io): LettsConfig {
  const told = new Set<string>();
  const token = (dugdale: DugdaleEntry, scope: Scope): string => {
    const secret = config.token(dugdale, scope);
    const key = `${dugdale.id} ${scope}`;
    if (!told.has(key)) {
      told.add(key);
      const base = config.baseUrl(dugdale).href.replace(/\/$/, "");
      // Not awaited: a closed stderr is reported by the next write that is.
      io.stderr.write(`letts: debug: host ${dugdale.id} -> ${base} (scope ${scope})\n`).catch(() => {});
    }
    return secret;
  };
  return new Proxy(config, {
    get(target, key) {
      if (key === "token") return token;
      const member: unknown = Reflect.get(target, key, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
