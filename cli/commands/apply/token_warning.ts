/**
 * A warning about tokens that stand in a file.
 *
 * @module
 */
import type { LettsConfig } from "../../../config/letts/resolve.ts";

/** Two lines about plain admin and exec tokens; empty when there are none. */
export function tokenWarning(config: LettsConfig): string {
  const places = config.plainTokens.filter(({ scope }) => scope !== "dispatch").map(({ location }) =>
    location
  );
  if (places.length === 0) return "";
  return `letts: warning: plain tokens in ${config.file}: ${places.join(", ")}\n` +
    "letts: warning: keep them in the environment and write ${NAME} in the file\n";
}
