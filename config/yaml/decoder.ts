/**
 * Decoders from YAML values to typed values, with JSON Schemas for editors.
 *
 * @module
 */
import type { YamlValue } from "./value.ts";

/** A JSON Schema (draft 7) as a plain object. */
export interface JsonSchema {
  /** Any keyword. */
  readonly [keyword: string]: unknown;
}

/** A decoder of one kind of value. */
export interface Decoder<Value> {
  /** JSON Schema for editors. */
  readonly schema: JsonSchema;
  /**
   * The typed value, or `undefined` when the value counts as not set.
   *
   * @throws {ConfigError} When the value is invalid.
   */
  decode(value: YamlValue): Value | undefined;
}
