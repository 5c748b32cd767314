/**
 * Output of a mission, kept up to a limit.
 *
 * @module
 */

import { stripVTControlCharacters } from "node:util";
import { concat } from "@std/bytes";

const KEPT_BYTES = 64 * 1024;
const EVENT = /^\s*\{.*"event"\s*:\s*"(?:progress|output_file|success|fail)"/;

/** Such as `error: Module not found`, `TypeError: …`, `PHP Fatal error:  …`; stack traces are indented. */
const ERROR = /^(?:[A-Za-z]+ )*(?:error|\w*(?:Error|Exception))\b[^:]*:/;

/** One of the two streams. */
export class Printed {
  #parts: Uint8Array[] = [];
  #kept = 0;
  #bytes = 0;

  /** Takes the next bytes. */
  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    const part = chunk.slice(0, KEPT_BYTES - this.#kept);
    if (part.length > 0) this.#parts.push(part);
    this.#kept += part.length;
  }

  /** Number of bytes printed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The first 64 KiB. */
  get text(): string {
    return new TextDecoder().decode(concat(this.#parts));
  }

  /** The first line with a protocol event, which is ignored on this stream. */
  get strayEvent(): { readonly line: number; readonly text: string } | undefined {
    const lines = this.text.split("\n");
    const at = lines.findIndex((line) => EVENT.test(line));
    const text = lines[at];
    return text === undefined ? undefined : { line: at + 1, text: text.slice(0, 80) };
  }

  /**
   * The line that best explains the end of a program: the last one with an error, otherwise the last one; at most 200
   * characters.
   */
  get lastWords(): string {
    const lines = stripVTControlCharacters(this.text).trimEnd().split("\n");
    return (lines.findLast((line) => ERROR.test(line)) ?? lines.at(-1) ?? "").slice(0, 200);
  }
}
