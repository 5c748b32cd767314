/**
 * All commands of the table, in the order of help.
 *
 * @module
 */
import type { CommandNode } from "../grammar.ts";

/** A node of the tree with the words that lead to it. */
export interface Placed {
  readonly node: CommandNode;
  readonly path: readonly string[];
}

/** The node and its descendants, except those hidden from help. */
export function walk(node: CommandNode, path: readonly string[] = [node.name]): readonly Placed[] {
  if (node.kind === "command") return node.hidden ? [] : [{ node, path }];
  return [{ node, path }, ...node.children.flatMap((child) => walk(child, [...path, child.name]))];
}
