/**
 * Which dugdales an apply is for.
 *
 * @module
 */
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { findDugdale } from "../target.ts";

/**
 * The named dugdales, or all, as far as they carry the labels; in the order of the file.
 *
 * @throws {UsageError} When a host is none.
 * @throws {CommandError} When nothing is left.
 */
export function applyTargets(
  config: LettsConfig,
  { host, match }: { readonly host: readonly string[]; readonly match: readonly string[] },
): readonly DugdaleEntry[] {
  const named = new Set(
    host.map((name) => name.trim()).filter((name) => name !== "").map((name) => {
      try {
        return findDugdale(config, name).id;
      } catch (cause) {
        if (cause instanceof CommandError) throw new UsageError(`--host: ${cause.message}`, { cause });
        throw cause;
      }
    }),
  );
  const targets = config.candidates(undefined, match).filter(({ id }) => named.size === 0 || named.has(id));
  if (targets.length === 0) throw new CommandError("no dugdale of the file fits --host and --match");
  return targets;
}
