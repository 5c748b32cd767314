/**
 * Tries tokens in order.
 *
 * @module
 */
import type { DugdaleEntry } from "../../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import type { Scope } from "../../protocol/routes.ts";
import { AuthError } from "../errors.ts";
import { ConfigError } from "../../config/config_error.ts";

/**
 * Makes an attempt with the first configured token, and with the next one if the dugdale says that the token is for the
 * other kind of mission. Any other refusal is final.
 *
 * @throws {ConfigError} When no token is configured.
 */
export async function withTokens<Value>(
  config: LettsConfig,
  dugdale: DugdaleEntry,
  scopes: readonly Scope[],
  attempt: (token: string) => Promise<Value>,
): Promise<Value> {
  let refusal: AuthError | undefined;
  let lack: unknown;
  for (const scope of scopes) {
    let token: string;
    try {
      token = tokenOf(config, dugdale, scope);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      lack = error;
      continue;
    }
    try {
      return await attempt(token);
    } catch (error) {
      if (!(error instanceof AuthError && error.code === "forbidden_kind")) throw error;
      refusal = error;
    }
  }
  throw refusal ?? lack;
}

/**
 * @throws {ConfigError} Also when the token contains characters that a header cannot have: the runtime would print it.
 */
function tokenOf(config: LettsConfig, dugdale: DugdaleEntry, scope: Scope): string {
  const token = config.token(dugdale, scope).trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new ConfigError(
    `the ${scope} token of dugdale "${dugdale.id}" must be printable ASCII without spaces, and not empty`,
    { host: dugdale.id },
  );
}
