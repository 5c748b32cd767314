/**
 * Candidates for the last word of a command line.
 *
 * @module
 */
import { findCommand, isFlag } from "../find_command.ts";
import { type FlagIndex, flagsBelow, flagsOf, type NamedFlag } from "../flag_index.ts";
import type { CommandGroup, CommandNode } from "../grammar.ts";
import { type Candidate, type Completed, flagValues, type Names, namesOf } from "./values.ts";

const NOTHING: Completed = { candidates: [], files: "none" };

/**
 * Completes the last word of a line.
 *
 * @param words The words after `letts`; the last one is under the cursor, and empty for a new word.
 * @param names Returns the names of letts.yaml; called only if one of them may match.
 */
export function complete(root: CommandGroup, words: readonly string[], names: () => Names): Completed {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const { node, path, unknown } = findCommand(root, before);
  if (unknown !== undefined || (node.kind === "command" && node.raw)) return NOTHING;
  const index = node.kind === "group" ? flagsBelow(node) : flagsOf(node, false);
  const place = walk(before, index);
  if (place.pending !== undefined) return flagValues(place.pending.flag, "", current, names);
  if (!place.flagsEnded && current.startsWith("--") && current.includes("=")) {
    const at = current.indexOf("=");
    const named = index.long(current.slice(2, at));
    if (named === undefined) return NOTHING;
    return flagValues(named.flag, current.slice(0, at + 1), current.slice(at + 1), names);
  }
  if (!place.flagsEnded && current.startsWith("-")) {
    return { candidates: flagCandidates(node, path.length === 1, current), files: "none" };
  }
  if (node.kind === "group") return { candidates: childCandidates(node, current), files: "none" };
  const positional = node.positionals[place.positionals - (path.length - 1)] ??
    node.positionals.findLast((one) => one.rest);
  if (positional === undefined) return NOTHING;
  if (positional.complete !== undefined) return namesOf(positional.complete, "", current, names);
  if (node.name === "help") return helpCandidates(root, before, current);
  return { candidates: [], files: positional.rest ? "files" : "none" };
}

interface Place {
  /** A flag whose value is expected. */
  readonly pending: NamedFlag | undefined;
  readonly flagsEnded: boolean;
  /** Words that are neither flags nor their values, including the names of the command. */
  readonly positionals: number;
}

function walk(words: readonly string[], index: FlagIndex): Place {
  let positionals = 0;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--") {
      return { pending: undefined, flagsEnded: true, positionals: positionals + words.length - at - 1 };
    }
    if (!isFlag(word)) {
      positionals++;
      continue;
    }
    const flag = word.includes("=") ? undefined : takingValue(word, index);
    if (flag === undefined) continue;
    at++;
    if (at >= words.length) return { pending: flag, flagsEnded: false, positionals };
  }
  return { pending: undefined, flagsEnded: false, positionals };
}

function takingValue(word: string, index: FlagIndex): NamedFlag | undefined {
  const found = word.startsWith("--") ? index.long(word.slice(2)) : index.short(word.at(-1) ?? "");
  return found === undefined || found.flag.type === "switch" ? undefined : found;
}

function flagCandidates(node: CommandNode, isRoot: boolean, current: string): readonly Candidate[] {
  return [...flagsOf(node, isRoot).byName]
    .map(([name, flag]) => ({ word: `--${name}`, means: flag.help }))
    .filter(({ word }) => word.startsWith(current));
}

function childCandidates(group: CommandGroup, current: string): readonly Candidate[] {
  return group.children
    .filter((child) => child.name.startsWith(current) && !(child.kind === "command" && child.hidden))
    .map(({ name, summary }) => ({ word: name, means: summary }));
}

function helpCandidates(root: CommandGroup, before: readonly string[], current: string): Completed {
  const { node, unknown } = findCommand(root, before.filter((word) => word !== "help"));
  if (unknown !== undefined || node.kind === "command") return NOTHING;
  return { candidates: childCandidates(node, current), files: "none" };
}
