/**
 * Decoders: from a value of a YAML file to a typed one, with a JSON Schema for editors.
 *
 * @module
 */
import type { YamlValue } from "./value.ts";

/** A JSON Schema (draft 7) as a plain object. */
export interface JsonSchema {
  /** Any keyword. */
  readonly [keyword: string]: unknown;
}

/** One kind of value. */
export interface Decoder<Value> {
  /** JSON Schema for editors. */
  readonly schema: JsonSchema;
  /**
   * The typed value, or `undefined` when what stands there counts as not written.
   *
   * @throws {ConfigError} When something else stands there.
   */
  decode(value: YamlValue): Value | undefined;
}
