/**
 * `--input` and `--input-file`.
 *
 * @module
 */
import type { JsonValue } from "../../protocol/json_value.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../output/io.ts";
import { parseJson } from "../output/json.ts";

/** The flags that give the input. */
export interface InputFlags {
  readonly input: string | undefined;
  readonly "input-file": string | undefined;
}

/**
 * The input as a value whose numbers keep every digit. Default `{}`.
 *
 * @throws {UsageError} When both flags are given, the file cannot be read, or the input is not JSON.
 */
export async function readInput(flags: InputFlags, io: Io): Promise<JsonValue> {
  const { input, "input-file": file } = flags;
  if (input !== undefined && file !== undefined) {
    throw new UsageError("--input and --input-file cannot be used together");
  }
  if (file !== undefined) return parseExact(`--input-file ${file}`, await readFile(file, io));
  return parseExact("--input", input ?? "{}");
}

async function readFile(path: string, io: Io): Promise<string> {
  const bytes = path === "-" ? await io.stdin.readAll() : await fileBytes(path);
  try {
    // A byte order mark is dropped.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsageError(`--input-file: ${path} is not UTF-8`, { cause });
  }
}

async function fileBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "does not exist" : "cannot be read";
    throw new UsageError(`--input-file: ${path} ${why}`, { cause });
  }
}

/** Parses JSON that a user wrote, and keeps its numbers as they are written. @throws {UsageError} */
export function parseExact(what: string, text: string): JsonValue {
  try {
    // JSON.parse returns JSON.
    return parseJson(text, "verbatim") as JsonValue;
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    throw new UsageError(`${what} is not JSON${why}`, { cause });
  }
}
