/**
 * A mission for several dugdales at once.
 *
 * @module
 */
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { UsageError } from "../../errors.ts";
import { type CliTarget, resolveTarget, type TargetValues } from "../target.ts";
import type { RunValues } from "./run_plan.ts";

/** One of the dugdales, and what it was called on the command line. */
export interface NamedTarget extends CliTarget {
  readonly name: string;
}

/**
 * Resolves all hosts before the first request; a dugdale that was named twice is meant once.
 *
 * @throws {UsageError} When a flag makes no sense for several dugdales.
 * @throws {CommandError} When letts.yaml does not know a host.
 */
export function manyTargets(
  config: LettsConfig,
  hosts: readonly string[],
  flags: RunValues & TargetValues,
): readonly NamedTarget[] {
  if (flags["output-file"].length > 0) {
    throw new UsageError("--output-file cannot be used with several hosts");
  }
  if (flags["mission-id"] !== undefined) {
    throw new UsageError("--mission-id cannot be used with several hosts");
  }
  const targets = new Map<string, NamedTarget>();
  for (const name of hosts) {
    const target = resolveTarget(config, { ...flags, host: name });
    if (!targets.has(target.dugdale.id)) targets.set(target.dugdale.id, { ...target, name });
  }
  return [...targets.values()];
}
