/** Thrown values as details of a failure. @module */
import type { JsonObject } from "../protocol/json_value.ts";
import { clip, CUT_MARK } from "../protocol/clip.ts";

const TRACE_BYTES = 32 * 1024;
const CAUSES_MAX = 8;
const HERE = new URL(".", import.meta.url).href;
const FRAME = /(?:\(|at (?:async )?)((?:file:\/\/|https?:\/\/|\/)[^\s()]+):(\d+):\d+\)?$/;

/** Describes a thrown value: its class, where it was thrown in the mission's own code, and its stack. */
export function describeThrown(error: unknown, traceBytes: number = TRACE_BYTES): JsonObject {
  const place = error instanceof Error ? placeOf(error.stack ?? "") : undefined;
  return {
    class: error instanceof Error ? error.constructor.name : typeof error,
    ...(place && { file: place.file, line: place.line }),
    trace: traceOf(error, traceBytes),
  };
}

/** The stack of an error and of its causes, truncated. Default length 32 KiB. */
export function traceOf(error: unknown, maxBytes: number = TRACE_BYTES): string {
  const parts: string[] = [];
  for (let next = error; parts.length < CAUSES_MAX && (parts.length === 0 || next !== undefined);) {
    const text = next instanceof Error ? String(next) + framesOf(next) : String(next);
    parts.push(parts.length === 0 ? text : `Caused by: ${text}`);
    next = next instanceof Error ? next.cause : undefined;
  }
  return clip(parts.join("\n"), maxBytes, CUT_MARK);
}

/** The frames only: the stack's own first line was written before a class could set its name. */
function framesOf(error: Error): string {
  const start = error.stack?.indexOf("\n    at ") ?? -1;
  return start < 0 ? "" : error.stack?.slice(start) ?? "";
}

function placeOf(stack: string): { file: string; line: number } | undefined {
  const frames = stack.split("\n").map((line) => FRAME.exec(line.trim())).filter((frame) => frame !== null);
  // A getter that rejects an input throws from here; the mission's author needs the line that called it.
  const frame = frames.find(([, file]) => !file?.startsWith(HERE)) ?? frames[0];
  const [, file, line] = frame ?? [];
  if (file === undefined) return undefined;
  return {
    file: file.startsWith("file://") ? decodeURIComponent(new URL(file).pathname) : file,
    line: Number(line),
  };
}
