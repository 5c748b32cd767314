/** Lines on stderr. @module */
import { type Host, writeAll } from "./host.ts";

const encoder = new TextEncoder();

/** Writes one line to stderr, with a newline. A closed reader is not an error: the mission reports elsewhere. */
export function printLine(host: Host, text: string): void {
  try {
    writeAll(host.stderr, encoder.encode(`${defuse(text)}\n`));
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== "EPIPE") throw error;
  }
}

// A dugdale interprets PHP's message about a memory limit, anywhere on stderr, as the mission's own end. A mission that
// merely quotes it gets a no-break space in it, which looks the same.
function defuse(text: string): string {
  return text.replaceAll("Allowed memory size of", "Allowed\u00a0memory size of");
}
