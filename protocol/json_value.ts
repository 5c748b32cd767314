/** Any JSON value. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Never `undefined`, which JSON does not have: what has no value has no key. */
  readonly [key: string]: JsonValue;
}
