/**
 * Asks letts.yaml, and turns its complaints into errors of the client.
 *
 * @module
 */
import { ConfigError, MissingVariableError } from "../config/config_error.ts";
import type { OpenLettsOptions } from "../config/letts/open.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import { ConfigurationError, UnsetVariableError } from "./errors.ts";

/**
 * Runs a look-up in the configuration.
 *
 * @throws {ConfigurationError} In place of the configuration's own error, which becomes the `cause`.
 */
export function configured<Value>(lookUp: () => Value, host?: string): Value {
  try {
    return lookUp();
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    if (cause instanceof MissingVariableError) {
      throw new UnsetVariableError(cause.variable, cause.message, { cause, host });
    }
    throw new ConfigurationError(cause.message, { cause, host });
  }
}

/**
 * Opens the letts.yaml that applies here.
 *
 * @throws {ConfigError} When none is found, it cannot be read, breaks a rule, or holds plain tokens and is open to
 * others; `stage` tells which, and file, line and key tell where.
 */
export async function openLettsConfig(options: OpenLettsOptions = {}): Promise<LettsConfig> {
  return (await reader())(options);
}

/** As {@linkcode openLettsConfig}. @throws {ConfigurationError} In place of the configuration's own error. */
export async function openConfigured(options: OpenLettsOptions): Promise<LettsConfig> {
  const read = await reader();
  return configured(() => read(options));
}

/** Loaded when there is a file to read: a client of a configuration from memory has no need for YAML. */
async function reader(): Promise<(options: OpenLettsOptions) => LettsConfig> {
  return (await import("../config/letts/open.ts")).readLettsConfig;
}
