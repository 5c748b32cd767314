import { clip, quote } from "../../protocol/clip.ts";
import { atOnce, inTurns, type JsonNode, type Steps, TURN_CHARS } from "./reader.ts";
import { Scanner, stringAt } from "./scanner.ts";

/** A value is nested too deeply. */
export class DepthError extends Error {
  override readonly name = "DepthError";

  constructor(maxDepth: number) {
    super(`is nested more than ${maxDepth} levels deep, which limits.max_json_depth allows`);
  }
}

/** @param maxDepth 0 or less: the general limit. @throws {DepthError} */
function assertDepth(depth: number, maxDepth: number): void {
  if (maxDepth > 0 && depth > maxDepth) throw new DepthError(maxDepth);
}

/** A value has no canonical form. */
export class NotCanonicalError extends Error {
  override readonly name = "NotCanonicalError";
}

const MIN_INT64 = -(2n ** 63n);
const MAX_UINT64 = 2n ** 64n - 1n;
/** Up to this length, a number and its double have the same digits. */
const EXACT_CHARS = 15;

/**
 * The canonical form of a JSON value, so that equal inputs have equal digests: keys sorted by UTF-16 code units, no
 * white space, 64-bit integers exact, other numbers as JavaScript writes a double.
 *
 * @throws {NotCanonicalError} When a key is repeated or a number is out of the range of a double.
 */
export function canonical(node: JsonNode, source: string): string {
  return atOnce(writing(node, source, { turnChars: Infinity, maxDepth: 0 }));
}

/**
 * As {@linkcode canonical}, in turns of the event loop for long values.
 *
 * @param maxDepth Maximum nesting depth; 0 for no limit.
 * @throws {DepthError}
 */
export function canonicalInTurns(node: JsonNode, source: string, maxDepth: number = 0): Promise<string> {
  return inTurns(writing(node, source, { turnChars: TURN_CHARS, maxDepth }));
}

/**
 * A part of a JSON text, unchanged except for white space between its tokens.
 *
 * @param maxDepth See {@linkcode canonicalInTurns}.
 * @throws {DepthError}
 */
export function compact(source: string, node: JsonNode, maxDepth: number = 0): string {
  const scanner = new Scanner(source, node.start);
  let depth = 0;
  let written = "";
  let copied = node.start;
  while (scanner.at < node.end) {
    const character = source[scanner.at]!;
    if (character === '"') scanner.string();
    else if (isSpace(character)) {
      written += source.slice(copied, scanner.at);
      copied = scanner.space();
    } else {
      if (character === "[" || character === "{") assertDepth(++depth, maxDepth);
      else if (character === "]" || character === "}") depth--;
      scanner.at++;
    }
  }
  return written + source.slice(copied, node.end);
}

/** A member of an object that is being written, as pieces of text. */
interface Member {
  readonly key: string;
  readonly start: number;
  end: number;
}

interface OpenObject {
  readonly members: Member[];
  /** Whether the keys are strictly ascending. */
  sorted: boolean;
}

/**
 * Copies the text in pieces as long as possible, because most of it is already canonical. Within an object a piece ends
 * with a member, so that the members can be sorted.
 */
function* writing(
  node: JsonNode,
  source: string,
  { turnChars, maxDepth }: { readonly turnChars: number; readonly maxDepth: number },
): Steps<string> {
  const scanner = new Scanner(source, node.start);
  const open: (OpenObject | "array")[] = [];
  const pieces: string[] = [];
  /** The text before this is in the pieces, or dropped. */
  let copied = node.start;
  /** The pieces before this have their maximum length. */
  let joined = 0;
  const copy = (end: number): void => {
    if (end > copied) pieces.push(source.slice(copied, end));
    copied = scanner.at;
  };
  const replace = (start: number, text: string): void => {
    copy(start);
    pieces.push(text);
  };
  const begin = (object: OpenObject): void => {
    copy(scanner.at);
    const { members } = object;
    const last = members.at(-1);
    const key = scanner.key();
    if (last !== undefined && last.key >= key) object.sorted = false;
    members.push({ key, start: pieces.length, end: pieces.length });
    const text = `${JSON.stringify(key)}:`;
    if (!source.startsWith(text, copied)) replace(copied, text);
  };
  const end = ({ members }: OpenObject): void => {
    copy(scanner.at);
    members.at(-1)!.end = pieces.length;
  };
  /** Millions of short pieces could not be joined in one turn. */
  const join = (): void => {
    const object = open.findLast((each) => each !== "array");
    const start = Math.max(object?.members.at(-1)?.start ?? 0, Math.min(joined, pieces.length));
    pieces.push(pieces.splice(start).join(""));
    joined = pieces.length;
  };
  for (let turnEnd = node.start + turnChars; scanner.at < node.end;) {
    if (scanner.at > turnEnd) {
      join();
      yield;
      turnEnd = scanner.at + turnChars;
    }
    const start = scanner.at;
    const character = source[start]!;
    switch (character) {
      case '"': {
        scanner.string();
        const text = JSON.stringify(stringAt(source, start, scanner.at));
        if (!source.startsWith(text, start)) replace(start, text);
        break;
      }
      case "[":
        scanner.at++;
        open.push("array");
        assertDepth(open.length, maxDepth);
        break;
      case "]":
        scanner.at++;
        open.pop();
        break;
      case "{": {
        scanner.at++;
        if (source[scanner.space()] === "}") {
          copy(start + 1);
          scanner.at++;
          break;
        }
        scanner.at = start + 1;
        const object: OpenObject = { members: [], sorted: true };
        open.push(object);
        assertDepth(open.length, maxDepth);
        begin(object);
        break;
      }
      case ",": {
        const object = open.at(-1);
        if (typeof object === "object") end(object);
        scanner.at++;
        if (typeof object === "object") begin(object);
        break;
      }
      case "}": {
        const object = open.pop() as OpenObject;
        end(object);
        if (!object.sorted) yield* sorting(object.members, pieces);
        scanner.at++;
        break;
      }
      default:
        if (isSpace(character)) {
          scanner.space();
          copy(start);
        } else if (scanner.number()) {
          const text = canonicalNumber(source.slice(start, scanner.at));
          if (scanner.at - start !== text.length || !source.startsWith(text, start)) replace(start, text);
        } else scanner.at++; // of true, false, null
    }
  }
  copy(node.end);
  return pieces.join("");
}

/** Maximum number of members sorted or merged in one turn. */
const RUN = 2048;

/**
 * Sorts the members of an object by key. By merging short runs, because a single sort cannot be interrupted.
 *
 * @throws {NotCanonicalError}
 */
function* sorting(members: readonly Member[], pieces: string[]): Steps<void> {
  let runs: Member[][] = [];
  for (let start = 0; start < members.length; start += RUN) {
    if (start > 0) yield;
    runs.push(members.slice(start, start + RUN).sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }
  while (runs.length > 1) {
    const merged: Member[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(yield* merging(runs[index]!, runs[index + 1] ?? []));
    }
    runs = merged;
  }
  const sorted: string[] = [];
  let short: string[] = [];
  let last: string | undefined;
  for (const { key, start, end } of runs[0] ?? []) {
    if (key === last) throw new NotCanonicalError(`key ${quote(key)} is repeated`);
    if (last !== undefined) short.push(",");
    last = key;
    for (let index = start; index < end; index++) short.push(pieces[index]!);
    if (short.length < RUN) continue;
    sorted.push(short.join(""));
    short = [];
    yield;
  }
  pieces.length = members[0]?.start ?? pieces.length;
  for (const piece of sorted) pieces.push(piece);
  for (const piece of short) pieces.push(piece);
}

function* merging(left: readonly Member[], right: readonly Member[]): Steps<Member[]> {
  const merged: Member[] = [];
  for (let l = 0, r = 0; l < left.length || r < right.length;) {
    const a = left[l], b = right[r];
    if (b === undefined || (a !== undefined && a.key <= b.key)) {
      merged.push(a!);
      l++;
    } else {
      merged.push(b);
      r++;
    }
    if (merged.length % RUN === 0) yield;
  }
  return merged;
}

function isSpace(character: string): boolean {
  return character === " " || character === "\n" || character === "\r" || character === "\t";
}

function canonicalNumber(text: string): string {
  if (text.length > EXACT_CHARS && !/[.eE]/.test(text)) {
    const integer = BigInt(text);
    if (integer >= MIN_INT64 && integer <= MAX_UINT64) return integer.toString();
  }
  const double = Number(text);
  if (!Number.isFinite(double)) throw new NotCanonicalError(`number ${clip(text, 64, "…")} is out of range`);
  return String(double === 0 ? 0 : double);
}
