/**
 * One value of a YAML file with its place, which errors name.
 *
 * @module
 */
import { type Alias, isMap, isScalar, isSeq, type Node, Scalar } from "yaml";
import { ConfigError } from "../config_error.ts";
import type { Places } from "./places.ts";
import type { Problem } from "./problem.ts";

/** What stands there. `plain` and `quoted` are texts; only a plain one can mean a number or a bool. */
export type YamlKind = "null" | "plain" | "quoted" | "map" | "list";

/** Whether the names of a mapping are keys that we know, or names that the writer of the file chose. */
export type NameStyle = "fields" | "names";

const NULL = /^(?:|~|null|Null|NULL)$/;
const KIND_WORDS: Readonly<Record<YamlKind, string>> = {
  null: "nothing",
  plain: "a single value",
  quoted: "a quoted string",
  map: "a mapping",
  list: "a list",
};

/** What a value asks of the document that it stands in. */
interface Source {
  readonly file: string;
  readonly places: Places;
  readonly problems: Problem[];
  /** Notes that so many entries were merged; false when they are too many. */
  merges(count: number): boolean;
  resolve(node: Node): Exclude<Node, Alias>;
  lineOf(node: Node): number;
}

/** One value, seen through aliases. */
export class YamlValue {
  readonly #document: Source;
  readonly #node: Node | null;
  /** Path from the root, such as `dugdales[0].port`. */
  readonly key: string;
  /** From 1. */
  readonly line: number;

  /** A node of the document at a path; no node is nothing at all. */
  constructor(document: Source, node: Node | null, key: string, line: number) {
    this.#document = document;
    this.#node = node && document.resolve(node);
    this.key = key;
    this.line = line;
  }

  /** What stands there. */
  get kind(): YamlKind {
    const node = this.#node;
    if (isMap(node)) return "map";
    if (isSeq(node)) return "list";
    if (!node) return "null";
    if (!isScalar(node) || node.type !== Scalar.PLAIN || node.tag !== undefined) return "quoted";
    return NULL.test(this.text) ? "null" : "plain";
  }

  /** {@linkcode YamlValue.kind} as a reader would say it. */
  get kindWords(): string {
    return KIND_WORDS[this.kind];
  }

  /** What was typed, without quotes and escapes; empty for mappings and lists. */
  get text(): string {
    return isScalar(this.#node) ? String(this.#node.value) : "";
  }

  /** The values of a list; none when it is something else. */
  items(): YamlValue[] {
    const node = this.#node;
    if (!isSeq<Node>(node)) return [];
    return node.items.map((item, index) => this.#child(item, `[${index}]`, this.#document.lineOf(item)));
  }

  /**
   * The values of a mapping by name, with `<<` filled in; none when it is something else.
   *
   * @throws {ConfigError} When a name stands there twice or is no string, or `<<` is given something else than
   * mappings.
   */
  entries(style: NameStyle): Map<string, YamlValue> {
    return this.#entries(style, new Set());
  }

  /**
   * Reports a fault of this value.
   *
   * @throws {ConfigError} Always, naming this place.
   */
  fail(problem: string): never {
    throw new ConfigError(problem, { file: this.#document.file, line: this.line, key: this.key });
  }

  /** Notes a fault that is told when none of a lower order is found. */
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

  /** The first of several merged mappings wins, and what the mapping says itself wins over all of them. */
  #merge(into: Map<string, YamlValue>, value: Node, style: NameStyle, merging: ReadonlySet<Node>): void {
    const merged = this.#at(this.key, this.#document.lineOf(value), value);
    const sources = merged.kind === "list" ? merged.#listed() : [merged];
    for (const source of sources.toReversed()) {
      if (source.kind !== "map") merged.fail("<< must be given a mapping or a list of mappings");
      if (source.#node && merging.has(source.#node)) {
        merged.fail("<< must not lead back to the mapping it stands in");
      }
      const entries = source.#entries(style, merging);
      // A few mappings that name each other several times stand for billions.
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

/** Mappings and lists are found by the line of their key, which is where a reader looks for them. */
function isBlock(node: unknown): boolean {
  return isMap(node) || isSeq(node);
}
