import { type GenericSchema, safeParse } from "valibot";
import { type JsonNode, type JsonObjectNode, member, readJsonInTurns } from "../json/reader.ts";
import { JsonSyntaxError } from "../json/scanner.ts";
import type { JsonObject } from "../../protocol/json_value.ts";
import type { ProblemCode } from "../../protocol/problem.ts";
import { ProblemError } from "../problem_error.ts";

/** The type of a schema, with strings whose rules are not checked yet. Members of any type are omitted. */
export type Unchecked<Value> = Value extends string ? string
  : Value extends object ? { readonly [Key in keyof Value]: UncheckedMember<Value[Key]> }
  : Value;

type UncheckedMember<Value> = [JsonObject] extends [Value] ? undefined : Unchecked<Value>;

/** The parts of a valibot schema that describe how to parse JSON, of all kinds used for bodies. */
type Shape =
  | { readonly type: "string" | "picklist" | "number" | "boolean" | "any" }
  | { readonly type: "array"; readonly item: GenericSchema }
  | { readonly type: "record"; readonly value: GenericSchema }
  | { readonly type: "object"; readonly entries: Readonly<Record<string, GenericSchema>> }
  | { readonly type: "strict_object" }
  | { readonly type: "optional" | "nullish" | "nullable"; readonly wrapped: GenericSchema };

/** Maximum number of items in an array of a body: they are converted in one turn of the event loop. */
const OBJECTS_MAX = 10_000;

const utf8 = new TextDecoder();
const EMPTY: JsonObjectNode = { kind: "object", members: [], start: 0, end: 0 };

/** A JSON object from a request, with its exact text. */
export class RequestBody<Body> {
  /** The JSON text. */
  readonly source: string;
  /**
   * The body in the shape of its schema. `null` means absent, a required but absent member is empty, 0 or false,
   * unknown keys are dropped, and so are members of any type, which are read with {@linkcode node}.
   */
  readonly shape: Unchecked<Body>;
  readonly #code: ProblemCode;
  readonly #node: JsonObjectNode;

  private constructor(source: string, node: JsonObjectNode, schema: GenericSchema, code: ProblemCode) {
    this.source = source;
    this.#node = node;
    this.#code = code;
    // It was built member by member according to the schema.
    this.shape = this.#value(schema, node, "") as Unchecked<Body>;
  }

  /**
   * @throws {ProblemError} With the given code, when the bytes are not a JSON object or a member has the wrong type.
   */
  static async read<Body>(
    bytes: Uint8Array,
    schema: GenericSchema<unknown, Body>,
    code: ProblemCode = "bad_request",
  ): Promise<RequestBody<Body>> {
    const source = utf8.decode(bytes);
    let node: JsonNode;
    try {
      node = await readJsonInTurns(source);
    } catch (cause) {
      if (!(cause instanceof JsonSyntaxError)) throw cause;
      throw new ProblemError(code, `the body is not JSON: ${cause.message}`, { cause });
    }
    return RequestBody.of(source, node, schema, { code, what: "the body" });
  }

  /**
   * As {@linkcode read}, for a part of a JSON text.
   *
   * @param options.what Its name in error messages.
   */
  static of<Body>(
    source: string,
    node: JsonNode,
    schema: GenericSchema<unknown, Body>,
    { code, what }: { readonly code: ProblemCode; readonly what: string },
  ): RequestBody<Body> {
    if (node.kind !== "object" && node.kind !== "null") {
      throw new ProblemError(code, `${what} must be a JSON object, not a JSON ${node.kind}`);
    }
    return new RequestBody<Body>(source, node.kind === "object" ? node : EMPTY, schema, code);
  }

  /** A member as it was sent; undefined if absent or null. */
  node(name: string): JsonNode | undefined {
    return member(this.#node, name);
  }

  #value(schema: GenericSchema, node: JsonNode | undefined, where: string): unknown {
    // A schema's static type does not expose its parts; its "type" does.
    const shape = schema as unknown as Shape;
    switch (shape.type) {
      case "optional":
      case "nullish":
        return node === undefined ? undefined : this.#value(shape.wrapped, node, where);
      case "nullable":
        return node === undefined || node.kind === "null" ? null : this.#value(shape.wrapped, node, where);
      case "any":
        return undefined;
      case "strict_object":
        return this.#checked(schema, node, where);
      case "string":
      case "picklist":
        if (node === undefined) return "";
        if (node.kind === "string") return node.value;
        throw this.#wrong(where, "a string", node);
      case "number":
        return node === undefined ? 0 : this.#integer(node, where);
      case "boolean":
        if (node === undefined) return false;
        if (node.kind === "boolean") return this.source[node.start] === "t";
        throw this.#wrong(where, "true or false", node);
      case "array":
        if (node === undefined) return [];
        if (node.kind !== "array") throw this.#wrong(where, "an array", node);
        return Array.from(node.items, (item, index) => {
          if (index === OBJECTS_MAX && item.kind === "object") {
            throw new ProblemError(this.#code, `${where} must have at most ${OBJECTS_MAX} objects`);
          }
          return this.#value(shape.item, item, `${where}[]`);
        });
      case "object": {
        const object = this.#object(node, where);
        const value: Record<string, unknown> = {};
        for (const key in shape.entries) {
          value[key] = this.#value(
            shape.entries[key]!,
            member(object, key),
            where === "" ? key : `${where}.${key}`,
          );
        }
        return value;
      }
      case "record": {
        // The last of repeated keys counts.
        const members = new Map(this.#object(node, where).members);
        return Object.fromEntries(
          [...members].map(([key, value]) => [key, this.#value(shape.value, value, `${where}.${key}`)]),
        );
      }
      default:
        shape satisfies never;
        throw new TypeError(`no JSON is read for the valibot schema "${schema.type}"`);
    }
  }

  /** A small object of an addition: its schema validates all of it, and its numbers may be fractions. */
  #checked(schema: GenericSchema, node: JsonNode | undefined, where: string): unknown {
    const text = node === undefined ? "{}" : this.source.slice(node.start, node.end);
    const result = safeParse(schema, JSON.parse(text), { abortEarly: true });
    if (result.success) return result.output;
    const { path = [], type, expected, message } = result.issues[0];
    const place = [where, ...path.map(({ key }) => String(key))].join(".");
    // valibot reports the same kind of issue for a value that is not an object, an unknown member and a missing one.
    const fault = type !== "strict_object"
      ? message
      : path.length === 0
      ? "must be an object"
      : expected === "never"
      ? "is not known"
      : "must be given";
    throw new ProblemError(this.#code, `${place} ${fault}`);
  }

  /** Other numbers do not occur in bodies. */
  #integer(node: JsonNode, where: string): number {
    if (node.kind === "number" && /^-?\d+$/.test(node.text) && Number.isSafeInteger(Number(node.text))) {
      return Number(node.text);
    }
    throw this.#wrong(where, "an integer", node);
  }

  #object(node: JsonNode | undefined, where: string): JsonObjectNode {
    if (node === undefined || node.kind === "null") return EMPTY;
    if (node.kind === "object") return node;
    throw this.#wrong(where, "an object", node);
  }

  #wrong(where: string, wanted: string, node: JsonNode): ProblemError {
    const value = this.source.slice(node.start, Math.min(node.end, node.start + 64));
    return new ProblemError(this.#code, `${where} must be ${wanted}, not ${value}`);
  }
}
