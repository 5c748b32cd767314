/**
 * Generates the JSON Schemas of the two YAML files from their decoders. Run it as `deno task schema`.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import type { Decoder } from "./yaml/decoder.ts";
import { dugdaleShape } from "./dugdale/shape.ts";
import { lettsShape } from "./letts/shape.ts";

const FOLDER = new URL("../schema/", import.meta.url);

/** The texts of the schema files by name. */
export function schemaFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["letts.schema.json", schemaText("letts.yaml", lettsShape)],
    ["dugdale.schema.json", schemaText("dugdale.yaml", dugdaleShape)],
  ]);
}

function schemaText(title: string, shape: Decoder<unknown>): string {
  // Draft 7 is best supported by YAML plug-ins of editors.
  const schema = { $schema: "http://json-schema.org/draft-07/schema#", title, ...shape.schema };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

if (import.meta.main) {
  for (const [name, text] of schemaFiles()) writeFileSync(new URL(name, FOLDER), text);
}
