/**
 * Both streams of a mission in the order in which they were written.
 *
 * @module
 */
import * as v from "valibot";
import { lines } from "../../../protocol/lines.ts";
import type { LogStream } from "./view.ts";

/** The longest line: a chunk of 32 KiB in base64 or with every letter escaped, and room. */
const LINE_MAX_BYTES = 1024 * 1024;

/** What came in one read. */
export interface LogChunk {
  readonly stream: LogStream;
  /** Unix milliseconds. */
  readonly timeMs: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const line = v.object({
  t: v.number(),
  stream: v.picklist(["stdout", "stderr"]),
  data: v.string(),
  encoding: v.optional(v.string()),
});

/** Decodes the combined output of a mission. Lines that are not understood are left out. */
export async function* combinedLog(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<LogChunk, void, void> {
  for await (const text of lines(body, { maxBytes: LINE_MAX_BYTES })) {
    const chunk = parseChunk(text);
    if (chunk !== undefined) yield chunk;
  }
}

function parseChunk(text: string): LogChunk | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // torn by a crash; what comes after it is whole again
  }
  const parsed = v.safeParse(line, value);
  if (!parsed.success) return undefined;
  const { t, stream, data, encoding } = parsed.output;
  const bytes = encoding === "base64" ? Uint8Array.fromBase64(data) : new TextEncoder().encode(data);
  return { stream, timeMs: t, bytes };
}
