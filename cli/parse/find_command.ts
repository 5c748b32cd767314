/**
 * Finds the command of a command line.
 *
 * @module
 */
import type { CommandGroup, CommandNode } from "./grammar.ts";
import { flagsBelow } from "./flag_index.ts";

/** The command of a line and its remaining words. */
export interface FoundCommand {
  /** A group if no command of it was named. */
  readonly node: CommandNode;
  /** From `letts` to the node. */
  readonly path: readonly string[];
  /** The words that are not part of the path, in order. */
  readonly rest: readonly string[];
  /** Index in `rest` of the first word after the path. */
  readonly behind: number;
  /** A word in the place of a subcommand of `node`. */
  readonly unknown: string | undefined;
}

/** Walks down the tree along the words that are not flags or their values. */
export function findCommand(root: CommandGroup, tokens: readonly string[]): FoundCommand {
  let node: CommandNode = root;
  const path = [root.name];
  const before: string[] = [];
  for (let at = 0; at < tokens.length && node.kind === "group"; at++) {
    const token = tokens[at] ?? "";
    if (token === "--") {
      return {
        node,
        path,
        rest: [...before, ...tokens.slice(at)],
        behind: before.length,
        unknown: undefined,
      };
    }
    if (isFlag(token)) {
      before.push(token);
      const value = tokens[at + 1];
      if (value !== undefined && takesNext(node, token)) {
        before.push(value);
        at++;
      }
      continue;
    }
    const child: CommandNode | undefined = node.children.find((one) => one.name === token);
    if (child === undefined) {
      return { node, path, rest: [...before, ...tokens.slice(at)], behind: before.length, unknown: token };
    }
    node = child;
    path.push(token);
    if (node.kind === "command") {
      return {
        node,
        path,
        rest: [...before, ...tokens.slice(at + 1)],
        behind: before.length,
        unknown: undefined,
      };
    }
  }
  return { node, path, rest: before, behind: before.length, unknown: undefined };
}

/** Whether a word is a flag. A lone dash is a value: it means standard input. */
export function isFlag(token: string): boolean {
  return token.length > 1 && token.startsWith("-");
}

function takesNext(node: CommandNode, token: string): boolean {
  if (token.includes("=")) return false;
  const flags = flagsBelow(node);
  if (token.startsWith("--")) return (flags.long(token.slice(2))?.flag.type ?? "switch") !== "switch";
  // In a group of letters, the first one that takes a value uses the remaining letters as the value.
  const letters = [...token.slice(1)];
  const at = letters.findIndex((letter) => (flags.short(letter)?.flag.type ?? "switch") !== "switch");
  return at !== -1 && at === letters.length - 1;
}
