/** Any JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Never `undefined`, which does not exist in JSON: a missing value has no key. */
  readonly [key: string]: JsonValue;
}
