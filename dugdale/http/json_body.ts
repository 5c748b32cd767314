import { type JsonNode, type JsonObjectNode, JsonSyntaxError, member, readJson } from "../json/reader.ts";
import type { ProblemCode } from "../../protocol/problem.ts";
import { ProblemError } from "../problem_error.ts";

const utf8 = new TextDecoder();

/** A JSON object that a request has sent. Members of a wrong type are refused with the endpoint's own code. */
export class JsonBody {
  readonly source: string;
  readonly #code: ProblemCode;
  readonly #node: JsonObjectNode;
  readonly #where: string;

  private constructor(source: string, node: JsonObjectNode, code: ProblemCode, where: string) {
    this.source = source;
    this.#node = node;
    this.#code = code;
    this.#where = where;
  }

  /** @throws {ProblemError} With that code, when the bytes are no JSON object. */
  static read(bytes: Uint8Array, code: ProblemCode): JsonBody {
    const source = utf8.decode(bytes);
    try {
      const node = readJson(source);
      if (node.kind === "object") return new JsonBody(source, node, code, "");
      if (node.kind === "null") {
        return new JsonBody("{}", { kind: "object", members: [], start: 0, end: 2 }, code, "");
      }
      throw new ProblemError(code, `the body must be a JSON object, not a JSON ${node.kind}`);
    } catch (cause) {
      if (!(cause instanceof JsonSyntaxError)) throw cause;
      throw new ProblemError(code, `the body is not JSON: ${cause.message}`, { cause });
    }
  }

  /** Names of the members. */
  keys(): string[] {
    return this.#node.members.map(([key]) => key);
  }

  /** The value as it was sent; undefined when absent or null. */
  node(name: string): JsonNode | undefined {
    return member(this.#node, name);
  }

  /** A text; empty when absent. */
  text(name: string): string {
    const node = this.node(name);
    if (node === undefined) return "";
    if (node.kind === "string") return node.value;
    throw this.#wrong(name, "a text", node);
  }

  /** True or false; undefined when absent. */
  boolean(name: string): boolean | undefined {
    const node = this.node(name);
    if (node === undefined) return undefined;
    if (node.kind === "boolean") return this.source[node.start] === "t";
    throw this.#wrong(name, "true or false", node);
  }

  /** A whole number; 0 when absent. */
  integer(name: string): number {
    const node = this.node(name);
    if (node === undefined) return 0;
    if (node.kind === "number" && /^-?\d+$/.test(node.text) && Number.isSafeInteger(Number(node.text))) {
      return Number(node.text);
    }
    throw this.#wrong(name, "a whole number", node);
  }

  /** An object; undefined when absent. */
  object(name: string): JsonBody | undefined {
    const node = this.node(name);
    return node && this.#asObject(name, node);
  }

  /** A list of texts; undefined when absent. */
  texts(name: string): string[] | undefined {
    return this.#items(name)?.map((item) => {
      if (item.kind === "string") return item.value;
      throw this.#wrong(name, "a list of texts", item);
    });
  }

  /** A list of objects; empty when absent. */
  objects(name: string): JsonBody[] {
    return this.#items(name)?.map((item) => this.#asObject(`${name}[]`, item)) ?? [];
  }

  /** The members of an object whose names are free; null members are objects without members. */
  entries(): [string, JsonBody][] {
    const last = new Map(this.#node.members);
    return [...last].map(([key, node]) => [key, this.#asObject(key, node)]);
  }

  #items(name: string): readonly JsonNode[] | undefined {
    const node = this.node(name);
    if (node === undefined || node.kind === "array") return node?.items;
    throw this.#wrong(name, "a list", node);
  }

  #asObject(name: string, node: JsonNode): JsonBody {
    const where = `${this.#where}${name}.`;
    if (node.kind === "object") return new JsonBody(this.source, node, this.#code, where);
    if (node.kind === "null") {
      return new JsonBody("{}", { kind: "object", members: [], start: 0, end: 2 }, this.#code, where);
    }
    throw this.#wrong(name, "an object", node);
  }

  #wrong(name: string, wanted: string, node: JsonNode): ProblemError {
    const value = this.source.slice(node.start, Math.min(node.end, node.start + 64));
    return new ProblemError(this.#code, `${this.#where}${name} must be ${wanted}, not ${value}`);
  }
}
