/**
 * Validation of the arguments' encoding.
 *
 * @module
 */
import { SilentExit } from "./errors.ts";
import type { Io } from "./output/io.ts";

/**
 * Rejects arguments that are not UTF-8: they arrive with U+FFFD in place of the original bytes. Where the system does
 * not expose the bytes, as on macOS, arguments are accepted as they are.
 *
 * @throws {SilentExit} Exit code 2, after the argument is named on stderr.
 */
export async function requireUtf8(words: readonly string[], io: Io): Promise<void> {
  const given = wordsOfProcess(words.length);
  const at = given.findIndex((bytes) => !isUtf8(bytes));
  if (at === -1) return;
  await io.stderr.write(`letts: argument ${at + 1}, ${JSON.stringify(words[at])}, is not UTF-8\n`);
  throw new SilentExit(2);
}

function wordsOfProcess(count: number): readonly Uint8Array[] {
  let line: Uint8Array;
  try {
    line = Deno.readFileSync("/proc/self/cmdline");
  } catch {
    return []; // there is no /proc
  }
  const words: Uint8Array[] = [];
  for (let start = 0, end; (end = line.indexOf(0, start)) !== -1; start = end + 1) {
    words.push(line.subarray(start, end));
  }
  return words.slice(-count);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
