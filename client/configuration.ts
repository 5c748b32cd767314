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
 * @throws {ConfigError} When none is found, or it cannot be read, is invalid, or has plain tokens and permissions that
 * let others access it; `stage` tells which, with file, line and key.
 */
export async function openLettsConfig(options: OpenLettsOptions = {}): Promise<LettsConfig> {
  // Imported only when a file is read: a client with a configuration in memory does not need YAML.
  const { readLettsConfig } = await import("../config/letts/open.ts");
  return readLettsConfig(options);
}
