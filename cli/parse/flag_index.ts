/**
 * Flags by their long and short names.
 *
 * @module
 */
import type { Flag, FlagGroup } from "./flags.ts";
import { GLOBAL_FLAGS, HELP_FLAGS, ROOT_FLAGS } from "./global_flags.ts";
import type { CommandNode } from "./grammar.ts";

/** A flag with its long name. */
export interface NamedFlag {
  readonly name: string;
  readonly flag: Flag;
}

/** How flags are written, if different from other commands. */
export interface FlagStyle {
  readonly singleDash?: boolean;
  readonly actions?: readonly string[];
}

/** The flags valid at a place in the command line. Earlier flags hide later ones of the same name. */
export class FlagIndex {
  /** By long name, in the order of help. */
  readonly byName: ReadonlyMap<string, Flag>;
  readonly #byShort = new Map<string, string>();

  /** Whether `-name` means `--name`. */
  readonly singleDash: boolean;

  /** The first argument must be one of these words; parsing stops at any other. Undefined: all are parsed. */
  readonly actions: readonly string[] | undefined;

  constructor(groups: readonly FlagGroup[], style: FlagStyle = {}) {
    this.singleDash = style.singleDash ?? false;
    this.actions = style.actions;
    const byName = new Map<string, Flag>();
    for (const group of groups) {
      for (const [name, flag] of Object.entries(group)) {
        if (byName.has(name)) continue;
        byName.set(name, flag);
        if (flag.short !== undefined && !this.#byShort.has(flag.short)) this.#byShort.set(flag.short, name);
      }
    }
    this.byName = byName;
  }

  /** The flag with a long name. */
  long(name: string): NamedFlag | undefined {
    const flag = this.byName.get(name);
    return flag === undefined ? undefined : { name, flag };
  }

  /** The flag with a short name. */
  short(letter: string): NamedFlag | undefined {
    const name = this.#byShort.get(letter);
    return name === undefined ? undefined : this.long(name);
  }
}

/** The flags of a command; its own flags hide global ones of the same name. */
export function flagsOf(node: CommandNode, isRoot: boolean): FlagIndex {
  if (node.kind === "command" && node.standalone) {
    const actions = node.positionals.flatMap((one) => one.choices ?? []);
    return new FlagIndex([...node.flags, HELP_FLAGS], { singleDash: true, actions });
  }
  const own = node.kind === "command" ? node.flags : [];
  return new FlagIndex([...own, ...(isRoot ? [ROOT_FLAGS] : []), GLOBAL_FLAGS, HELP_FLAGS]);
}

/** The flags allowed before the name of a command: those of all commands below. */
export function flagsBelow(node: CommandNode): FlagIndex {
  return new FlagIndex([GLOBAL_FLAGS, HELP_FLAGS, ROOT_FLAGS, ...groupsBelow(node)]);
}

function groupsBelow(node: CommandNode): readonly FlagGroup[] {
  return node.kind === "command" ? node.flags : node.children.flatMap(groupsBelow);
}
