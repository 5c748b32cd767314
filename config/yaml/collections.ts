/**
 * Decoders of mappings and lists.
 *
 * @module
 */
import type { Decoder, JsonSchema } from "./decoder.ts";
import type { YamlValue } from "./value.ts";

/** The decoder of a property, and its key in the file when that is not the property's name. */
export interface Field<Value> extends Decoder<Value> {
  /** The key in the file. Default the name of the property. */
  readonly yamlKey?: string;
}

/** A field for each property. */
export type Fields<Group> = { readonly [Name in keyof Group]-?: Field<Exclude<Group[Name], undefined>> };

/** Gives a field the key that it has in the file. */
export function named<Value>(yamlKey: string, decoder: Decoder<Value>): Field<Value> {
  return { yamlKey, schema: decoder.schema, decode: (value) => decoder.decode(value) };
}

/**
 * A mapping with these keys and no others. Properties that are not written are left out. Nothing at all is an
 * empty mapping.
 *
 * @param required Keys that editors should miss; nothing is checked here.
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
      // Each entry was decoded by the field of its name, which the compiler cannot follow through fromEntries.
      return Object.fromEntries(group) as Partial<Group>;
    },
  };
}

/** A list of one kind of values. Nothing at all counts as not written, an empty list does not. */
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
 * A mapping from names that the writer chose to one kind of values. Nothing at all is an empty mapping.
 *
 * @param pattern What names should look like, for editors; nothing is checked here.
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

/** Lets nothing at all (`null`, `~` or an empty place) mean `null`, as a marker of its own. */
export function nullable<Value>(inner: Decoder<Value>): Decoder<Value | null> {
  return {
    schema: { ...inner.schema, type: [...new Set([inner.schema.type, "null"].flat())] },
    decode: (value) => value.kind === "null" ? null : inner.decode(value),
  };
}

/** A section whose lines are all commented out is nothing at all, and editors should not mind. */
function collection(type: "object" | "array", description: string, keywords: JsonSchema): JsonSchema {
  return { type: [type, "null"], description, ...keywords };
}

function expectKind(value: YamlValue, kind: "map" | "list", words: string): void {
  if (value.kind !== kind && value.kind !== "null") value.fail(`must be ${words}, not ${value.kindWords}`);
}
