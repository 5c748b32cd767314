/**
 * The definition of the command line. One table of these values drives parsing, help, completions, man pages and
 * docs/cli.md.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import type { Io } from "../output/io.ts";
import type { Completion, FlagGroup, Values } from "./flags.ts";
import type { GlobalValues } from "./global_flags.ts";

/** A positional argument. */
export interface Positional {
  /** Name in usage, as in `<id>`. */
  readonly name: string;
  readonly optional?: true;
  /** Takes all remaining words. */
  readonly rest?: true;
  readonly complete?: Completion;
  readonly choices?: readonly string[];
  /** The flag that this argument sets. */
  readonly fills?: string;
}

/** A node of the command tree. */
export interface Example {
  readonly line: string;
  /** Summary without a full stop. */
  readonly means: string;
}

interface NodeFacts {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Paragraphs after the summary in its own help. */
  readonly about?: readonly string[];
}

/** A runnable command. */
export interface Command extends NodeFacts {
  readonly kind: "command";
  readonly positionals: readonly Positional[];
  readonly flags: readonly FlagGroup[];
  readonly examples: readonly Example[];
  /** Exit codes in addition to the common ones. */
  readonly exits: readonly (readonly [code: string, meaning: string])[];
  /** Passes everything after its name on unchanged, including flags. */
  readonly raw: boolean;
  /** Has no global flags; its long flags may be written with one dash, as in Go programs. */
  readonly standalone: boolean;
  /** Not listed in help. */
  readonly hidden: boolean;
  /** Runs the command. */
  readonly run: (call: Call<Readonly<Record<string, unknown>>>) => Promise<void>;
}

/** A group of commands. */
export interface CommandGroup extends NodeFacts {
  readonly kind: "group";
  readonly children: readonly CommandNode[];
}

/** A place in the tree of commands. */
export type CommandNode = Command | CommandGroup;

/** A call of a command. */
export interface Call<Flags> {
  /** Its own flags, each with its value or default. */
  readonly flags: Flags;
  /** Flags of every command. */
  readonly globals: GlobalValues;
  /** Positional arguments. */
  readonly args: readonly string[];
  /** Streams, environment and terminal of the process. */
  readonly io: Io;
  /** The tree of all commands. */
  readonly root: CommandGroup;
  /** Opens the client of the letts.yaml that applies, once. It is closed at the end of the command. */
  open(): Promise<LettsClient>;
  /** Uses this configuration for addresses in error messages, instead of the one found by {@linkcode open}. */
  describeErrorsWith(config: LettsConfig): void;
}

type Merged<Groups extends readonly FlagGroup[]> = Groups extends
  readonly [infer First, ...infer Others extends readonly FlagGroup[]] ? First & Merged<Others> : unknown;

/** The function of a command, typed by its groups of flags. */
export type Handler<Groups extends readonly FlagGroup[]> = (
  call: Call<Values<Merged<Groups>>>,
) => Promise<void>;

/** The arguments and flags of a command. */
export interface CommandSpec<Groups extends readonly FlagGroup[]> extends NodeFacts {
  readonly positionals?: readonly Positional[];
  readonly flags: Groups;
  readonly examples?: readonly Example[];
  readonly exits?: readonly (readonly [code: string, meaning: string])[];
  readonly raw?: true;
  readonly standalone?: true;
  readonly hidden?: true;
}

/**
 * Creates a command whose function gets exactly the flags of its table.
 *
 * @param load Imports the function when the command is called, so that other commands do not pay for it.
 */
export function command<const Groups extends readonly FlagGroup[]>(
  spec: CommandSpec<Groups>,
  load: () => Promise<Handler<Groups>>,
): Command {
  const {
    positionals = [],
    examples = [],
    exits = [],
    raw = false,
    standalone = false,
    hidden = false,
    ...facts
  } = spec;
  return {
    kind: "command",
    ...facts,
    positionals,
    examples,
    exits,
    raw,
    standalone,
    hidden,
    async run(call) {
      const handler = await load();
      // The parser created the values from these groups.
      await handler(call as unknown as Parameters<typeof handler>[0]);
    },
  };
}

/** Creates a group. */
export function group(facts: NodeFacts, children: readonly CommandNode[]): CommandGroup {
  return { kind: "group", ...facts, children };
}
