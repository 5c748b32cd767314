/**
 * Opening letts.yaml.
 *
 * @module
 */
import type { OpenLettsOptions } from "../config/letts/open.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";

/**
 * Opens the letts.yaml that applies here.
 *
 * @throws {ConfigError} When none is found, it cannot be read, breaks a rule, or holds plain tokens and is open to
 * others; `stage` tells which, and file, line and key tell where.
 */
export async function openLettsConfig(options: OpenLettsOptions = {}): Promise<LettsConfig> {
  // Loaded when there is a file to read: a client of a configuration from memory has no need for YAML.
  const { readLettsConfig } = await import("../config/letts/open.ts");
  return readLettsConfig(options);
}
