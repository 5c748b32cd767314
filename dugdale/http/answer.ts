import type { ProblemError } from "../problem_error.ts";

const JSON_TYPE = "application/json; charset=utf-8";
/** An array of pairs takes half the time of a record. */
const JSON_HEADERS: [string, string][] = [["content-type", JSON_TYPE]];
const ESCAPES: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** A JSON response from JSON text, so that numbers of missions keep every digit. */
export function jsonText(text: string, status = 200, headers?: Record<string, string>): Response {
  const all = headers === undefined ? JSON_HEADERS : JSON_HEADERS.concat(Object.entries(headers));
  return new Response(escaped(text) + "\n", { status, headers: all });
}

/** A JSON response from chunks of text, which are generated on demand. */
export function jsonPieces(pieces: Iterator<string>): Response {
  const first = pieces.next(), second = pieces.next();
  if (second.done) return jsonText(first.value ?? "");
  const encoder = new TextEncoder();
  const waiting = [first.value, second.value];
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const piece = waiting.shift() ?? pieces.next().value;
      controller.enqueue(encoder.encode(piece === undefined ? "\n" : escaped(piece)));
      if (piece === undefined) controller.close();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: JSON_HEADERS });
}

function escaped(text: string): string {
  return text.replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character]!);
}

/** A JSON response. */
export function json(value: unknown, status = 200, headers?: Record<string, string>): Response {
  return jsonText(JSON.stringify(value), status, headers);
}

/** The response to a rejected request. */
export function problem(error: ProblemError): Response {
  const headers: Record<string, string> = {};
  if (error.retryAfterS !== undefined) headers["retry-after"] = String(error.retryAfterS);
  const body = { error: error.code, message: error.message || undefined, details: error.details };
  return json(body, error.status, headers);
}
