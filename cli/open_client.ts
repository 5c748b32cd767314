/**
 * Opens the client of the letts.yaml that applies.
 *
 * @module
 */
import { LettsClient } from "../client/client.ts";
import type { StreamBreak } from "../client/types.ts";
import { formatDuration } from "../protocol/duration.ts";
import type { DugdaleEntry } from "../config/letts/dugdale_entry.ts";
import { readLettsConfig } from "../config/letts/open.ts";
import { withoutPasswords } from "../config/letts/base_url.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import type { Scope } from "../protocol/routes.ts";
import { UsageError } from "./errors.ts";
import type { Io } from "./output/io.ts";
import { hostText } from "./output/error_text.ts";
import type { GlobalValues } from "./parse/global_flags.ts";
import { duration } from "./parse/times.ts";

/**
 * Finds and reads letts.yaml.
 *
 * @throws {ConfigError} When there is none, or it is invalid.
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

/** A client for a configuration; with `--verbose` it reports on stderr which tokens it uses. */
export async function clientOf(config: LettsConfig, globals: GlobalValues, io: Io): Promise<LettsClient> {
  return await LettsClient.open({
    requestTimeoutMs: requestTimeout(globals),
    config: globals.verbose ? logTokenUse(config, io) : config,
    env: io.env,
    ignoreProxy: globals["ignore-proxy"],
    stream: { reconnectMs: reconnectLimit(globals), onBreak: outageTold(io, config) },
  });
}

function requestTimeout({ "request-timeout": text }: GlobalValues): number {
  const ms = duration("--request-timeout", text);
  if (ms <= 0) throw new UsageError(`--request-timeout ${JSON.stringify(text)} must be greater than 0`);
  return ms;
}

function reconnectLimit({ reconnect: text }: GlobalValues): number {
  const ms = duration("--reconnect", text);
  if (ms < 0) throw new UsageError(`--reconnect ${JSON.stringify(text)} must not be negative`);
  return ms;
}

/** Outages of this length are reported. */
const OUTAGE_MS = 2000;

/** Reports an outage of a dugdale once, if it lasts. */
function outageTold(io: Io, config: LettsConfig): (broken: StreamBreak) => void {
  const toldMs = new Map<string, number>();
  return ({ host, reason, cause, downMs, leftMs }) => {
    const nowMs = performance.now();
    // The streams of an outage, three for each mission, break at about the same time.
    if (downMs < OUTAGE_MS || (toldMs.get(host) ?? -Infinity) > nowMs - downMs) return;
    toldMs.set(host, nowMs);
    const what = cause === undefined ? `${host}: ${reason}` : hostText(host, cause, config);
    const left = formatDuration(Math.ceil(leftMs / 1000) * 1000);
    // Not awaited: the next awaited write reports a closed stderr.
    io.stderr.write(`letts: warning: ${what}; trying for another ${left}\n`).catch(() => {});
  };
}

/** The same configuration; reports the first use of every token on stderr. */
function logTokenUse(config: LettsConfig, io: Io): LettsConfig {
  const told = new Set<string>();
  const token = (dugdale: DugdaleEntry, scope: Scope): string => {
    const secret = config.token(dugdale, scope);
    const key = `${dugdale.id} ${scope}`;
    if (!told.has(key)) {
      told.add(key);
      const base = withoutPasswords(config.baseUrl(dugdale).href).replace(/\/$/, "");
      // Not awaited: the next awaited write reports a closed stderr.
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
