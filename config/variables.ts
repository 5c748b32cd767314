/**
 * `${NAME}` in tokens, proxies and alias values.
 *
 * @module
 */
import { type ConfigErrorPlace, MissingVariableError } from "./config_error.ts";

/** Returns the value of a variable, or `undefined` if it is not set. */
export type Env = (name: string) => string | undefined;

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Replaces each `${NAME}` by its value, without further replacement inside the value. Nothing else is special: `$NAME`,
 * `${}` and `${1X}` are kept.
 *
 * @throws {MissingVariableError} For the first variable that is not set; an empty value is valid.
 */
export function fillVariables(text: string, env: Env, place: ConfigErrorPlace): string {
  return text.replace(REFERENCE, (_, name: string) => {
    const value = env(name);
    if (value === undefined) throw new MissingVariableError(name, place);
    return value;
  });
}

/** Whether the text contains anything besides `${NAME}`. */
export function isPlain(text: string): boolean {
  return text.replace(REFERENCE, "") !== "";
}
