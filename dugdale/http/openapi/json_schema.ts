import type { GenericSchema } from "valibot";
import type { JsonObject, JsonValue } from "../../../protocol/json_value.ts";

/** The parts of a valibot schema that say what it lets through, of all the kinds that the protocol uses. */
type Node =
  | { readonly type: "string" | "number" | "boolean" | "any" }
  | { readonly type: "literal"; readonly literal: JsonValue }
  | { readonly type: "picklist"; readonly options: readonly JsonValue[] }
  | { readonly type: "array"; readonly item: GenericSchema }
  | { readonly type: "record"; readonly value: GenericSchema }
  | { readonly type: "object"; readonly entries: Readonly<Record<string, GenericSchema>> }
  | { readonly type: "optional" | "nullable" | "nullish"; readonly wrapped: GenericSchema }
  | { readonly type: "union" | "variant"; readonly options: readonly GenericSchema[] };

/** A schema that the converter does not know. */
export class UnknownSchemaError extends Error {
  override readonly name = "UnknownSchemaError";

  constructor(type: string) {
    super(`there is no JSON Schema for the valibot schema "${type}"`);
  }
}

/**
 * The JSON Schema of what a valibot schema lets through. Other keys of objects are let through as well, because the
 * wire tolerates them.
 *
 * @param names Schemas that are referred to by name instead of being written out.
 * @throws {UnknownSchemaError} When the protocol has begun to use another kind of schema.
 */
export function toJsonSchema(schema: GenericSchema, names: ReadonlyMap<GenericSchema, string>): JsonObject {
  const name = names.get(schema);
  return name === undefined ? writtenOut(schema, names) : { $ref: `#/components/schemas/${name}` };
}

/** As {@linkcode toJsonSchema}, but the schema itself is written out even when it has a name. */
export function writtenOut(schema: GenericSchema, names: ReadonlyMap<GenericSchema, string>): JsonObject {
  const convert = (part: GenericSchema): JsonObject => toJsonSchema(part, names);
  // A schema's static type does not tell its parts; its "type" does.
  const node = schema as unknown as Node;
  switch (node.type) {
    case "string":
    case "number":
    case "boolean":
      return { type: node.type };
    case "any":
      return {};
    case "literal":
      return { const: node.literal };
    case "picklist":
      return { enum: node.options };
    case "array":
      return { type: "array", items: convert(node.item) };
    case "record":
      return { type: "object", additionalProperties: convert(node.value) };
    case "object": {
      const entries = Object.entries(node.entries);
      return {
        type: "object",
        properties: Object.fromEntries(entries.map(([key, value]) => [key, convert(value)])),
        required: entries.filter(([, value]) => !["optional", "nullish"].includes(value.type)).map(([key]) =>
          key
        ),
      };
    }
    case "optional":
      return convert(node.wrapped);
    case "nullable":
    case "nullish":
      return { anyOf: [convert(node.wrapped), { type: "null" }] };
    case "union":
    case "variant":
      return { anyOf: node.options.map(convert) };
    default:
      node satisfies never;
      throw new UnknownSchemaError(schema.type);
  }
}
