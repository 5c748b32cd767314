/**
 * Flags that a command cannot do without.
 *
 * @module
 */
import { UsageError } from "../errors.ts";

/** The value of a flag. @throws {UsageError} When it was not given. */
export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw new UsageError(`required flag "${name}" not set`);
  return value;
}
