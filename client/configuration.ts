/**
 * Asks letts.yaml, and turns its complaints into errors of the client.
 *
 * @module
 */
import { ConfigError, MissingVariableError } from "../config/config_error.ts";
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
