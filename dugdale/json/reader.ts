/**
 * A parser that preserves JSON as written. `JSON.parse` rounds integers beyond 2^53, drops repeated keys and rejects
 * text after the value; fingerprints and results of missions need all three, so requests are parsed here.
 *
 * One pass checks the text; values are created only on access. Long texts are processed in turns of the event loop.
 *
 * @module
 */
import { nextTurn } from "../host/clock.ts";
import { Scanner, stringAt } from "./scanner.ts";

/** A JSON value that keeps its digits, its repeated keys and its position in the text. */
export type JsonNode =
  | { readonly kind: "null" | "boolean"; readonly start: number; readonly end: number }
  | { readonly kind: "number"; readonly text: string; readonly start: number; readonly end: number }
  | { readonly kind: "string"; readonly value: string; readonly start: number; readonly end: number }
  | {
    readonly kind: "array";
    /** Created one after the other. */
    readonly items: Iterable<JsonNode>;
    readonly start: number;
    readonly end: number;
  }
  | JsonObjectNode;

/** An object with its members in the order of the text, including repeated keys. */
export interface JsonObjectNode {
  readonly kind: "object";
  readonly members: readonly (readonly [key: string, value: JsonNode])[];
  readonly start: number;
  readonly end: number;
}

/** Number of characters parsed in one turn of the event loop, which takes a few milliseconds. */
export const TURN_CHARS: number = 32 * 1024;

/** Parses the first JSON value of a text and ignores what follows it. @throws {JsonSyntaxError} */
export function readJson(text: string): JsonNode {
  return atOnce(reading(text, 0, Infinity));
}

/** As {@linkcode readJson}, in turns of the event loop for long texts. */
export function readJsonInTurns(text: string): Promise<JsonNode> {
  return inTurns(reading(text, 0, TURN_CHARS));
}

/** The last member of that name, matched case-insensitively only if there is no exact match; null counts as absent. */
export function member(object: JsonObjectNode, name: string): JsonNode | undefined {
  let found: JsonNode | undefined;
  let folded: JsonNode | undefined;
  for (const [key, value] of object.members) {
    if (key === name) found = value;
    else if (key.length === name.length && key.toLowerCase() === name) folded = value;
  }
  const value = found ?? folded;
  return value?.kind === "null" ? undefined : value;
}

/** Work that pauses from time to time, so that others get their turn. */
export type Steps<Result> = Generator<void, Result, void>;

/** Runs work without pauses. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Runs work, and gives others their turn at each pause. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await nextTurn();
  }
}

function* reading(text: string, at: number, turnChars: number): Steps<JsonNode> {
  const scanner = new Scanner(text, at);
  let turnEnd = at + turnChars;
  const start = scanner.space();
  if (!scanner.takes("{")) {
    for (; !scanner.skip(turnEnd); turnEnd += turnChars) yield;
    return nodeAt(text, start, scanner.at);
  }
  const members: [string, JsonNode][] = [];
  if (!scanner.takes("}")) {
    do {
      const key = scanner.key();
      const valueStart = scanner.space();
      for (; !scanner.skip(turnEnd); turnEnd = scanner.at + turnChars) yield;
      members.push([key, nodeAt(text, valueStart, scanner.at)]);
    } while (scanner.takes(","));
    if (!scanner.takes("}")) throw scanner.unexpected();
  }
  return { kind: "object", members, start, end: scanner.at };
}

/** The value at a position found by a scanner. */
function nodeAt(text: string, start: number, end: number): JsonNode {
  switch (text[start]) {
    case "{":
      return new ObjectNode(text, start, end);
    case "[":
      return new ArrayNode(text, start, end);
    case '"':
      return { kind: "string", value: stringAt(text, start, end), start, end };
    case "t":
    case "f":
      return { kind: "boolean", start, end };
    case "n":
      return { kind: "null", start, end };
    default:
      return { kind: "number", text: text.slice(start, end), start, end };
  }
}

class ArrayNode {
  readonly kind = "array";

  constructor(private readonly text: string, readonly start: number, readonly end: number) {}

  get items(): Iterable<JsonNode> {
    return itemsAt(this.text, this.start);
  }
}

function* itemsAt(text: string, start: number): Generator<JsonNode, void, void> {
  const scanner = new Scanner(text, start + 1);
  if (scanner.takes("]")) return;
  do {
    const itemStart = scanner.space();
    scanner.skip();
    yield nodeAt(text, itemStart, scanner.at);
  } while (scanner.takes(","));
}

class ObjectNode {
  readonly kind = "object";
  #members: JsonObjectNode["members"] | undefined;

  constructor(private readonly text: string, readonly start: number, readonly end: number) {}

  get members(): JsonObjectNode["members"] {
    // A value that begins with a brace is an object.
    return this.#members ??= (atOnce(reading(this.text, this.start, Infinity)) as JsonObjectNode).members;
  }
}
