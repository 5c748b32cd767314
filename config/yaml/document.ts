/**
 * A YAML file with places and without type inference: scalars keep their text, and decoders interpret it.
 *
 * @module
 */
import { type Alias, Composer, isAlias, LineCounter, type Node, Parser, type YAMLError } from "yaml";
import { type Document, visit } from "yaml";
import { ConfigError } from "../config_error.ts";
import { Places } from "./places.ts";
import type { Problem } from "./problem.ts";
import { YamlValue } from "./value.ts";

/** Takes half a second to parse. */
const MERGED_MAX = 1_000_000;

/** The first document of a YAML file. */
export class YamlDocument {
  /** The file, as given. */
  readonly file: string;
  /** Places of the keys read so far. */
  readonly places: Places = new Places();
  /** Problems that may be reported only after others. */
  readonly problems: Problem[] = [];
  /** The root value. */
  readonly root: YamlValue;
  readonly #counter: LineCounter = new LineCounter();
  readonly #targets: ReadonlyMap<Alias, Node>;
  #merged = 0;

  /**
   * Only the first document is parsed; errors in later ones are ignored.
   *
   * @throws {ConfigError} When the text is not valid YAML, or contains no document.
   */
  constructor(file: string, text: string) {
    this.file = file;
    const document = this.#first(text);
    if (!document?.contents) throw new ConfigError("is empty", { file });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) throw new ConfigError(explained(fault), { file, line: this.#line(fault.pos[0]) });
    this.#targets = aliasTargets(document);
    this.root = new YamlValue(this, document.contents, "", this.lineOf(document.contents));
    this.places.set("", { file, line: this.root.line });
  }

  /** The node that an alias refers to; any other node itself. */
  resolve(node: Node): Exclude<Node, Alias> {
    if (!isAlias(node)) return node;
    const target = this.#targets.get(node);
    if (target) return this.resolve(target);
    const line = this.lineOf(node);
    // The name is not printed: it may be a token that begins with an asterisk.
    throw new ConfigError("is an alias, and there is no anchor of that name before it", {
      file: this.file,
      line,
    });
  }

  /** Counts entries merged by `<<`; false when the total is too large. */
  merges(count: number): boolean {
    this.#merged += count;
    return this.#merged <= MERGED_MAX;
  }

  /** The line of a node, from 1. */
  lineOf(node: Node): number {
    return this.#line(node.range?.[0] ?? 0);
  }

  #line(offset: number): number {
    return this.#counter.linePos(offset).line;
  }

  #first(text: string): Document.Parsed | undefined {
    // The "failsafe" schema keeps the text of every scalar, where other schemas would drop the zeros of 0123 and 1.50.
    const options = {
      schema: "failsafe",
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: "silent",
    } as const;
    const tokens = new Parser(this.#counter.addNewLine).parse(text);
    for (const document of new Composer(options).compose(tokens)) return document;
    return undefined;
  }
}

/** The library quotes the source after a colon or from a backslash; it may be a token and is removed. */
function explained(fault: YAMLError): string {
  return `is not valid YAML: ${fault.message.replace(/(?:: | ?\\).*$/s, "")}`;
}

/** An anchor may be redefined: an alias refers to the last definition before it. */
function aliasTargets(document: Document): Map<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
