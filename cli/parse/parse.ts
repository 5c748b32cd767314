/**
 * Parses a command line.
 *
 * @module
 */
import { StandaloneUsageError, UsageError } from "../errors.ts";
import { findCommand, type FoundCommand } from "./find_command.ts";
import { FlagIndex, flagsOf } from "./flag_index.ts";
import type { ParsedValue } from "./flags.ts";
import { GLOBAL_FLAGS, type GlobalValues, HELP_FLAGS } from "./global_flags.ts";
import type { Command, CommandGroup, CommandNode } from "./grammar.ts";
import { readFlags } from "./read_flags.ts";
import { didYouMean } from "./suggest.ts";

/** A parsed command line. */
export type Invocation =
  | { readonly kind: "help"; readonly node: CommandNode; readonly path: readonly string[] }
  | { readonly kind: "version" }
  | {
    readonly kind: "run";
    readonly command: Command;
    readonly path: readonly string[];
    readonly globals: GlobalValues;
    readonly flags: Readonly<Record<string, ParsedValue>>;
    readonly args: readonly string[];
  };

/**
 * Parses a command line.
 *
 * @throws {UsageError} When it is invalid.
 */
export function parseLine(root: CommandGroup, tokens: readonly string[]): Invocation {
  const found = findCommand(root, tokens);
  const { node, path } = found;
  if (node.kind === "command" && (node.raw || node.standalone)) return runAlone(node, found);
  const index = flagsOf(node, node === root);
  const { values, positionals, help, error } = readFlags(found.rest, index);
  if (help) return { kind: "help", node, path };
  if (found.unknown !== undefined && node.kind === "group") {
    const hint = didYouMean(found.unknown, node.children.map((child) => child.name));
    throw new UsageError(`unknown command ${JSON.stringify(found.unknown)} for "${path.join(" ")}"${hint}`);
  }
  if (error !== undefined) throw error;
  if (values.version === true && node === root) return { kind: "version" };
  if (node.kind === "group") return { kind: "help", node, path };
  checkArity(node, path, positionals.length);
  const flags = withPositionals(node, values, positionals);
  return { kind: "run", command: node, path, globals: globalsOf(values), flags, args: positionals };
}

/** Flags including those set by positional arguments. @throws {UsageError} When a flag is set in both ways. */
function withPositionals(
  { positionals }: Command,
  values: Readonly<Record<string, ParsedValue>>,
  args: readonly string[],
): Readonly<Record<string, ParsedValue>> {
  const filled: Record<string, ParsedValue> = {};
  for (const [index, { name, fills }] of positionals.entries()) {
    const text = args[index];
    if (fills === undefined || text === undefined) continue;
    if (values[fills] !== undefined) throw new UsageError(`<${name}> and --${fills} cannot be used together`);
    filled[fills] = text;
  }
  return { ...values, ...filled };
}

/**
 * Global flags are accepted before the name of such a command; after it, a raw command has no flags and others their
 * own.
 */
function runAlone(command: Command, { path, rest, behind }: FoundCommand): Invocation {
  const before = readFlags(rest.slice(0, behind), new FlagIndex([GLOBAL_FLAGS, HELP_FLAGS]));
  const own = command.raw
    ? { values: {}, positionals: rest.slice(behind), help: false, error: undefined }
    : readFlags(rest.slice(behind), flagsOf(command, false));
  if (before.help || own.help) return { kind: "help", node: command, path };
  if (before.error !== undefined) throw before.error;
  if (own.error !== undefined) throw new StandaloneUsageError(own.error.message, path);
  checkArity(command, path, command.raw ? 0 : own.positionals.length);
  return {
    kind: "run",
    command,
    path,
    globals: globalsOf(before.values),
    flags: own.values,
    args: own.positionals,
  };
}

/** Commands with their own `--output` do not use the global format. */
function globalsOf(values: Readonly<Record<string, ParsedValue>>): GlobalValues {
  const names = Object.keys(GLOBAL_FLAGS);
  const picked = Object.fromEntries(names.map((name) => [name, values[name]]));
  const formats: readonly unknown[] = GLOBAL_FLAGS.output.choices;
  // The parser created the values from the flags that define the type.
  return {
    ...picked,
    output: formats.includes(values.output) ? values.output : "text",
  } as unknown as GlobalValues;
}

function checkArity(command: Command, path: readonly string[], received: number): void {
  const least = command.positionals.filter((one) => !one.optional && !one.rest).length;
  const most = command.positionals.some((one) => one.rest) ? Infinity : command.positionals.length;
  if (received >= least && received <= most) return;
  const name = path.slice(1).join(" ");
  const wanted = most === least ? `${least}` : received > most ? `at most ${most}` : `at least ${least}`;
  throw new UsageError(`${name}: accepts ${wanted} arg(s), received ${received}`);
}
