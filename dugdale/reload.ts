import type { DugdaleConfig } from "../config/dugdale/config.ts";

/** The groups whose keys take effect without a restart; the rest of the file is read only at the start. */
const RELOADED = ["auth", "admin", "exec", "audit", "cleanup", "missionEnv", "limits"] as const;
const NEEDS_RESTART = ["listen", "dataDir", "network", "hooks", "sinks", "ui"] as const;

/**
 * A copy of the configuration whose groups keep their identity, so that {@linkcode reloadInto} affects all users of
 * them.
 */
export function liveConfig(config: DugdaleConfig): DugdaleConfig {
  return structuredClone(config);
}

/**
 * Replaces the configuration of a running dugdale, as far as possible without a restart.
 *
 * @returns The keys that differ and need a restart, as written in dugdale.yaml.
 */
export function reloadInto(config: DugdaleConfig, next: DugdaleConfig): string[] {
  const later: string[] = NEEDS_RESTART.filter((key) => !equal(started(config)[key], started(next)[key]))
    .map(snakeCase);
  if (config.limits.cacheSize !== next.limits.cacheSize) later.push("limits.cache_size");
  if (config.cleanup.sweepIntervalMs !== next.cleanup.sweepIntervalMs) later.push("cleanup.sweep_interval");
  if (config.log.output !== next.log.output) later.push("log.output");
  if (config.log.format !== next.log.format) later.push("log.format");
  if (!equal(config.log.outputs, next.log.outputs)) later.push("log.outputs");
  if (config.audit.file !== next.audit.file) later.push("audit.file");
  for (const group of RELOADED) Object.assign(config[group], next[group]);
  Object.assign(config, { tokens: next.tokens });
  Object.assign(config.network, { openMetrics: next.network.openMetrics });
  return later;
}

/** A configuration without what else takes effect at once. */
function started({ network, ...config }: DugdaleConfig): DugdaleConfig {
  return { ...config, network: { ...network, openMetrics: true } };
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
