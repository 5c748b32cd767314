/**
 * `${NAME}` in tokens, proxies and alias values.
 *
 * @module
 */
import { type ConfigErrorPlace, MissingVariableError } from "./config_error.ts";

/** Where variables come from: the value, or `undefined` when the variable is not set. */
export type Env = (name: string) => string | undefined;

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Replaces each `${NAME}` by its value, which is not looked through again. Nothing else is special: `$NAME`, `${}`
 * and `${1X}` stay as they are.
 *
 * @throws {MissingVariableError} For the first one that is not set. A set but empty one is fine.
 */
export function fillVariables(text: string, env: Env, place: ConfigErrorPlace): string {
  return text.replace(REFERENCE, (_, name: string) => {
    const value = env(name);
    if (value === undefined) throw new MissingVariableError(name, place);
    return value;
  });
}

/** Whether something stands in the text besides `${NAME}`. */
export function isPlain(text: string): boolean {
  return text.replace(REFERENCE, "") !== "";
}
