/** Denied permissions, with the flag that would grant them. @module */

// Deno includes the details of a denial only in its text.
const DENIAL = /^Requires (\w+) access(?: to "(.*)")?, run again with the --allow-([\w-]+) flag$/s;

/**
 * Returns the missing flag of `deno run`, such as `--allow-read=/etc/hosts`, or undefined if the error is not a denied
 * permission.
 */
export function missingFlag(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== "NotCapable") return undefined;
  const [, access, target, flag] = DENIAL.exec(error.message) ?? [];
  if (flag === undefined) return undefined;
  if (target === undefined || access === "all" || target.startsWith("<")) return `--allow-${flag}`;
  return `--allow-${flag}=${target.startsWith("LETTS_") ? "LETTS_*" : target}`;
}

/** The message of an error; for a denied permission, with the missing flag. */
export function messageOf(error: unknown): string {
  const flag = missingFlag(error);
  const text = error instanceof Error ? error.message || error.name : String(error);
  return flag === undefined ? text : `missing permission ${flag}: ${text}`;
}
