/**
 * What turns a value of a YAML file into a typed one, and tells editors about it.
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
  /** What editors are told about it. */
  readonly schema: JsonSchema;
  /**
   * The typed value, or `undefined` when what stands there counts as not written.
   *
   * @throws {ConfigError} When something else stands there.
   */
  decode(value: YamlValue): Value | undefined;
}
