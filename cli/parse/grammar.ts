/**
 * What a command line may look like. One table of these values drives parsing, help, completions, man pages and
 * docs/cli.md.
 *
 * @module
 */
import type { Call } from "../call.ts";

/** What the shell may offer as a value. */
export type Completion = "file" | "folder" | "pair" | "host" | "label" | "lane" | "route";

interface FlagFacts {
  /** One line for help, without a full stop. */
  readonly help: string;
  /** The one-letter form, without its dash. */
  readonly short?: string;
  /** What the value is called in help, such as `FILE`. */
  readonly value?: string;
  /** What to complete the value with. */
  readonly complete?: Completion;
  /** Words to complete the value with although others are accepted too. */
  readonly suggest?: readonly string[];
  /** Whether help says that it must be given. The command itself checks it, at its place in the order of checks. */
  readonly required?: true;
}

/** A text. The empty one counts as not given. */
export interface TextFlag extends FlagFacts {
  readonly type: "text";
  /** The only words that are accepted. */
  readonly choices?: readonly string[];
  readonly default?: string;
}

/** On or off: `--x`, `--x=false`. */
export interface SwitchFlag extends FlagFacts {
  readonly type: "switch";
}

/** A whole number. */
export interface IntFlag extends FlagFacts {
  readonly type: "int";
  readonly default?: number;
}

/** A text that may be given several times. */
export interface ListFlag extends FlagFacts {
  readonly type: "list";
}

/** As {@linkcode ListFlag}; each text is also split at commas, unless double quotes protect them. */
export interface CsvFlag extends FlagFacts {
  readonly type: "csv";
}

/** A flag of any type. */
export type Flag = TextFlag | SwitchFlag | IntFlag | ListFlag | CsvFlag;

/** Flags by their long name, without dashes. */
export type FlagGroup = Readonly<Record<string, Flag>>;

/** The value that a flag gives to its command. */
export type FlagValue<F> = F extends { readonly type: "switch" } ? boolean
  : F extends { readonly type: "list" | "csv" } ? readonly string[]
  : F extends { readonly type: "int"; readonly default: number } ? number
  : F extends { readonly type: "int" } ? number | undefined
  : F extends { readonly choices: readonly (infer Choice)[]; readonly default: string } ? Choice
  : F extends { readonly choices: readonly (infer Choice)[] } ? Choice | undefined
  : F extends { readonly default: string } ? string
  : string | undefined;

/** The values of a group of flags. */
export type Values<G> = { readonly [Name in keyof G]: FlagValue<G[Name]> };

/** A positional argument. */
export interface Positional {
  /** As in `<id>`. */
  readonly name: string;
  readonly optional?: true;
  /** Takes everything from here on. */
  readonly rest?: true;
  readonly complete?: Completion;
  readonly choices?: readonly string[];
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

type Merged<Groups extends readonly FlagGroup[]> = Groups extends
  readonly [infer First, ...infer Others extends readonly FlagGroup[]] ? First & Merged<Others> : unknown;

/** The function behind a command, for the flags of its groups. */
export type Handler<Groups extends readonly FlagGroup[]> = (
  call: Call<Values<Merged<Groups>>>,
) => Promise<void>;

/** What {@linkcode command} takes. */
export interface CommandSpec<Groups extends readonly FlagGroup[]> extends NodeFacts {
  readonly positionals?: readonly Positional[];
  readonly flags: Groups;
  readonly examples?: readonly Example[];
  readonly exits?: readonly (readonly [code: string, meaning: string])[];
  readonly raw?: true;
  readonly hidden?: true;
  /** Loads the function when the command is used, so that the others cost nothing. */
  readonly load: () => Promise<Handler<Groups>>;
}

/** Makes a command whose function gets exactly the flags that the table gives it. */
export function command<const Groups extends readonly FlagGroup[]>(spec: CommandSpec<Groups>): Command {
  const { load, positionals = [], examples = [], exits = [], raw = false, hidden = false, ...facts } = spec;
  return {
    kind: "command",
    ...facts,
    positionals,
    examples,
    exits,
    raw,
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
