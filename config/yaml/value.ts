/**
 * A value of a YAML file with its place, which errors name.
 *
 * @module
 */
import { type Alias, isMap, isScalar, isSeq, type Node, Scalar } from "yaml";
import { ConfigError } from "../config_error.ts";
import type { Places } from "./places.ts";
import type { Problem } from "./problem.ts";

/** Kinds of values. `plain` and `quoted` are scalars; only a plain one can be a number or boolean. */
export type YamlKind = "null" | "plain" | "quoted" | "map" | "list";

/** Whether the names of a mapping are known keys or chosen by the user. */
export type NameStyle = "fields" | "names";

const NULL = /^(?:|~|null|Null|NULL)$/;
const KIND_WORDS: Readonly<Record<YamlKind, string>> = {
  null: "nothing",
  plain: "a single value",
  quoted: "a quoted string",
  map: "a mapping",
  list: "a list",
};

/** What a value needs from its document. */
interface Source {
  readonly file: string;
  readonly places: Places;
  readonly problems: Problem[];
  /** Counts merged entries; false when the total is too large. */
  merges(count: number): boolean;
  resolve(node: Node): Exclude<Node, Alias>;
  lineOf(node: Node): number;
}

/** A value, with aliases resolved. */
export class YamlValue {
  readonly #document: Source;
  readonly #node: Node | null;
  /** Path from the root, such as `dugdales[0].port`. */
  readonly key: string;
  /** From 1. */
  readonly line: number;

  /** The value of a node at a path; a missing node is an empty value. */
  constructor(document: Source, node: Node | null, key: string, line: number) {
    this.#document = document;
    this.#node = node && document.resolve(node);
    this.key = key;
    this.line = line;
  }

  /** Its kind. */
  get kind(): YamlKind {
    const node = this.#node;
    if (isMap(node)) return "map";
    if (isSeq(node)) return "list";
    if (!node) return "null";
    if (!isScalar(node) || node.type !== Scalar.PLAIN || node.tag !== undefined) return "quoted";
    return NULL.test(this.text) ? "null" : "plain";
  }

  /** {@linkcode YamlValue.kind} in words. */
  get kindWords(): string {
    return KIND_WORDS[this.kind];
  }

  /** The text without quotes and escapes; empty for mappings and lists. */
  get text(): string {
    return isScalar(this.#node) ? String(this.#node.value) : "";
  }

  /** The values of a list; empty for other kinds. */
  items(): YamlValue[] {
    const node = this.#node;
    if (!isSeq<Node>(node)) return [];
    return node.items.map((item, index) => this.#child(item, `[${index}]`, this.#document.lineOf(item)));
  }

  /**
   * The values of a mapping by name, with `<<` merged; empty for other kinds.
   *
   * @throws {ConfigError} When a name is duplicated or not a string, or `<<` is not a mapping.
   */
  entries(style: NameStyle): Map<string, YamlValue> {
    return this.#entries(style, new Set());
  }

  /**
   * Reports an error of this value.
   *
   * @throws {ConfigError} Always, with this place.
   */
  fail(problem: string): never {
    throw new ConfigError(problem, { file: this.#document.file, line: this.line, key: this.key });
  }

  /** Records an error that is reported if there is none of a lower order. */
  defer(order: number, problem: string): void {
    this.#document.problems.push({ order, key: this.key, problem });
  }

  #entries(style: NameStyle, merging: ReadonlySet<Node>): Map<string, YamlValue> {
    const entries = new Map<string, YamlValue>();
    const node = this.#node;
    if (!isMap<Node, Node | null>(node)) return entries;
    for (const { key, value } of node.items) {
      if (isMergeKey(key) && value) this.#merge(entries, value, style, new Set([...merging, node]));
    }
    const lines = new Map<string, number>();
    for (const { key, value } of node.items) {
      if (isMergeKey(key)) continue;
      const name = this.#nameOf(key);
      const line = this.#document.lineOf(key);
      const suffix = style === "fields" ? `.${name}` : `[${JSON.stringify(name)}]`;
      const child = this.#child(
        value,
        suffix,
        value && !isBlock(value) ? this.#document.lineOf(value) : line,
      );
      const before = lines.get(name);
      if (before !== undefined) {
        this.#at(child.key, line, value).fail(`is written twice, first on line ${before}`);
      }
      lines.set(name, line);
      entries.set(name, child);
    }
    return entries;
  }

  /** The first of several merged mappings takes precedence, and the mapping's own entries over all of them. */
  #merge(into: Map<string, YamlValue>, value: Node, style: NameStyle, merging: ReadonlySet<Node>): void {
    const merged = this.#at(this.key, this.#document.lineOf(value), value);
    const sources = merged.kind === "list" ? merged.#listed() : [merged];
    for (const source of sources.toReversed()) {
      if (source.kind !== "map") merged.fail("<< must be given a mapping or a list of mappings");
      if (source.#node && merging.has(source.#node)) {
        merged.fail("<< must not lead back to the mapping it stands in");
      }
      const entries = source.#entries(style, merging);
      // A few mappings that refer to each other repeatedly can expand to billions.
      if (!this.#document.merges(1 + entries.size)) {
        merged.fail("<< merges too much: more than a million entries");
      }
      for (const [name, entry] of entries) into.set(name, entry);
    }
  }

  #listed(): YamlValue[] {
    return isSeq<Node>(this.#node) ? this.#node.items.map((item) => this.#at(this.key, this.line, item)) : [];
  }

  #nameOf(key: Node): string {
    const name = this.#at(this.key, this.#document.lineOf(key), key);
    if (name.kind === "map" || name.kind === "list") {
      name.fail(`a key must be a single value, not ${name.kindWords}`);
    }
    return name.text;
  }

  #at(key: string, line: number, node: Node | null): YamlValue {
    return new YamlValue(this.#document, node, key, line);
  }

  #child(node: Node | null, suffix: string, line: number): YamlValue {
    const key = this.key + suffix;
    const child = this.#at(key.startsWith(".") ? key.slice(1) : key, line, node);
    this.#document.places.set(child.key, { file: this.#document.file, line });
    return child;
  }
}

function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === Scalar.PLAIN && key.value === "<<";
}

/** Mappings and lists get the line of their key, which is where a reader looks. */
function isBlock(node: unknown): boolean {
  return isMap(node) || isSeq(node);
}
