/**
 * All commands of the table, in the order of help.
 *
 * @module
 */
import type { CommandNode } from "../grammar.ts";

/** A place in the tree with the words that lead there. */
export interface Placed {
  readonly node: CommandNode;
  readonly path: readonly string[];
}

/** The node and everything below it, without what help does not list. */
export function walk(node: CommandNode, path: readonly string[] = [node.name]): readonly Placed[] {
  if (node.kind === "command") return node.hidden ? [] : [{ node, path }];
  return [{ node, path }, ...node.children.flatMap((child) => walk(child, [...path, child.name]))];
}
