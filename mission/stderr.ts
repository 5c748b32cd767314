/** Lines on stderr. @module */
import { type Host, writeAll } from "./host.ts";

const encoder = new TextEncoder();

/**
 * Writes one line to stderr, ended by a newline. A reader that has gone away is no reason to stop: the mission
 * reports elsewhere.
 */
export function printLine(host: Host, text: string): void {
  try {
    writeAll(host.stderr, encoder.encode(`${defuse(text)}\n`));
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== "EPIPE") throw error;
  }
}

// A dugdale takes PHP's words for a memory limit, anywhere on stderr, as the mission's own end. A mission that
// merely quotes them gets a no-break space in their place, which reads the same.
function defuse(text: string): string {
  return text.replaceAll("Allowed memory size of", "Allowed\u00a0memory size of");
}
