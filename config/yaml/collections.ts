/**
 * Decoders of mappings and lists.
 *
 * @module
 */
import type { Decoder, JsonSchema } from "./decoder.ts";
import type { YamlValue } from "./value.ts";

/** The decoder of a property, and its key in the file if that differs from the property's name. */
export interface Field<Value> extends Decoder<Value> {
  /** The key in the file. Default: the name of the property. */
  readonly yamlKey?: string;
}

/** A field for each property. */
export type Fields<Group> = { readonly [Name in keyof Group]-?: Field<Exclude<Group[Name], undefined>> };

/** Sets the key of a field in the file. */
export function named<Value>(yamlKey: string, decoder: Decoder<Value>): Field<Value> {
  return { yamlKey, schema: decoder.schema, decode: (value) => decoder.decode(value) };
}

/**
 * A mapping with exactly these keys. Omitted properties are absent. An empty value is an empty mapping.
 *
 * @param required Keys that editors require; not checked here.
 */
export function object<Group>(
  description: string,
  fields: Fields<Group>,
  required: readonly string[] = [],
): Decoder<Partial<Group>> {
  const byKey = new Map<string, { readonly name: string; readonly field: Field<unknown> }>();
  for (const [name, field] of Object.entries<Field<unknown>>(fields)) {
    byKey.set(field.yamlKey ?? name, { name, field });
  }
  const keys = [...byKey.keys()];
  const schemas = [...byKey].map(([key, { field }]) => [key, field.schema]);
  return {
    schema: collection("object", description, {
      properties: Object.fromEntries(schemas),
      additionalProperties: false,
      ...(required.length > 0 ? { required } : {}),
    }),
    decode(value) {
      expectKind(value, "map", "a mapping");
      const group: [string, unknown][] = [];
      for (const [key, entry] of value.entries("fields")) {
        const known = byKey.get(key);
        if (!known) return entry.fail(`is not a known key; there are ${keys.join(", ")}`);
        const decoded = known.field.decode(entry);
        if (decoded !== undefined) group.push([known.name, decoded]);
      }
      // Each entry was decoded by the field of its name, which the compiler cannot infer through fromEntries.
      return Object.fromEntries(group) as Partial<Group>;
    },
  };
}

/** A list of values of one kind. An empty value means not set; an empty list is kept. */
export function list<Value>(description: string, items: Decoder<Value>): Decoder<readonly Value[]> {
  return {
    schema: collection("array", description, { items: items.schema }),
    decode(value) {
      if (value.kind === "null") return undefined;
      expectKind(value, "list", "a list");
      return value.items().map((item) => items.decode(item)).filter((item) => item !== undefined);
    },
  };
}

/**
 * A mapping from user-defined names to values of one kind. An empty value is an empty mapping.
 *
 * @param pattern Pattern of names for editors; not checked here.
 */
export function mapOf<Value>(
  description: string,
  values: Decoder<Value>,
  pattern?: string,
): Decoder<Readonly<Record<string, Value>>> {
  return {
    schema: collection("object", description, {
      ...(pattern === undefined ? {} : { propertyNames: { pattern } }),
      additionalProperties: values.schema,
    }),
    decode(value) {
      expectKind(value, "map", "a mapping");
      const entries: [string, Value][] = [];
      for (const [name, entry] of value.entries("names")) {
        const decoded = values.decode(entry);
        if (decoded !== undefined) entries.push([name, decoded]);
      }
      return Object.fromEntries(entries);
    },
  };
}

/** Accepts an empty value (`null`, `~` or nothing) as `null`, which has a meaning of its own. */
export function nullable<Value>(inner: Decoder<Value>): Decoder<Value | null> {
  return {
    schema: { ...inner.schema, type: [...new Set([inner.schema.type, "null"].flat())] },
    decode: (value) => value.kind === "null" ? null : inner.decode(value),
  };
}

/** A section whose lines are all commented out is an empty value, which editors should accept. */
function collection(type: "object" | "array", description: string, keywords: JsonSchema): JsonSchema {
  return { type: [type, "null"], description, ...keywords };
}

function expectKind(value: YamlValue, kind: "map" | "list", words: string): void {
  if (value.kind !== kind && value.kind !== "null") value.fail(`must be ${words}, not ${value.kindWords}`);
}
