/**
 * Results in the requested format.
 *
 * @module
 */
import type { Writer } from "./io.ts";
import { jsonText, plainNumbers } from "./json.ts";

/** The formats of `--output`. */
export type Format = "text" | "json" | "yaml" | "ndjson";

/** Options of a record. */
export interface RecordStyle {
  /** Sort the keys. Default false: in the order of the value. */
  readonly sorted?: boolean;
}

/** Writes a value as indented JSON and a newline. */
export async function writeJson(writer: Writer, value: unknown, style: RecordStyle = {}): Promise<void> {
  await writer.write(`${jsonText(value, style)}\n`);
}

/** Writes a value as YAML with its JSON names. */
export async function writeYaml(writer: Writer, value: unknown): Promise<void> {
  const { stringify } = await import("yaml");
  await writer.write(stringify(plainNumbers(value), { indent: 4, lineWidth: 0 }));
}

/** Writes a value as JSON or YAML, or calls `text` for the other formats. */
export async function writeResult(
  writer: Writer,
  format: Format,
  value: unknown,
  text: () => string,
): Promise<void> {
  if (format === "json") await writeJson(writer, value);
  else if (format === "yaml") await writeYaml(writer, value);
  else await writer.write(text());
}
