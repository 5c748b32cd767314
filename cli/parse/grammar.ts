/**
 * What a command line may look like. One table of these values drives parsing, help, completions, man pages and
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
  /** As in `<id>`. */
  readonly name: string;
  readonly optional?: true;
  /** Takes everything from here on. */
  readonly rest?: true;
  readonly complete?: Completion;
  readonly choices?: readonly string[];
  /** Another way to write this flag. */
  readonly fills?: string;
}

/** One way to use a command. */
export interface Example {
  readonly line: string;
  /** What it does, without a full stop. */
  readonly means: string;
}

interface NodeFacts {
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  /** Paragraphs that follow the summary in its own help. */
  readonly about?: readonly string[];
}

/** Something that can be run. */
export interface Command extends NodeFacts {
  readonly kind: "command";
  readonly positionals: readonly Positional[];
  readonly flags: readonly FlagGroup[];
  readonly examples: readonly Example[];
  /** Exit codes beyond those of every command. */
  readonly exits: readonly (readonly [code: string, meaning: string])[];
  /** Hands everything after its name on as it is, flags too. */
  readonly raw: boolean;
  /** Has no global flags; its long flags may also be written with one dash, as those of Go programs. */
  readonly standalone: boolean;
  /** Not listed in help. */
  readonly hidden: boolean;
  /** Does it. */
  readonly run: (call: Call<Readonly<Record<string, unknown>>>) => Promise<void>;
}

/** Commands under a common name. */
export interface CommandGroup extends NodeFacts {
  readonly kind: "group";
  readonly children: readonly CommandNode[];
}

/** A place in the tree of commands. */
export type CommandNode = Command | CommandGroup;

/** The call of a command. */
export interface Call<Flags> {
  /** Its own flags, each with a value or its default. */
  readonly flags: Flags;
  /** Flags of every command. */
  readonly globals: GlobalValues;
  /** Positional arguments. */
  readonly args: readonly string[];
  /** Streams, environment and terminal of the process. */
  readonly io: Io;
  /** The tree of all commands. */
  readonly root: CommandGroup;
  /** Opens the client of the letts.yaml that applies, once. It is closed when the command has ended. */
  open(): Promise<LettsClient>;
  /** Takes the addresses in error messages from this configuration, instead of the one that {@linkcode open} finds. */
  describeErrorsWith(config: LettsConfig): void;
}

type Merged<Groups extends readonly FlagGroup[]> = Groups extends
  readonly [infer First, ...infer Others extends readonly FlagGroup[]] ? First & Merged<Others> : unknown;

/** The function behind a command, for the flags of its groups. */
export type Handler<Groups extends readonly FlagGroup[]> = (
  call: Call<Values<Merged<Groups>>>,
) => Promise<void>;

/** The words and flags of a command. */
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
 * Makes a command whose function gets exactly the flags that the table gives it.
 *
 * @param load Loads the function when the command is called, so that the others cost nothing.
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
      // The parser made the values from these very groups.
      await handler(call as unknown as Parameters<typeof handler>[0]);
    },
  };
}

/** Makes a group. */
export function group(facts: NodeFacts, children: readonly CommandNode[]): CommandGroup {
  return { kind: "group", ...facts, children };
}
