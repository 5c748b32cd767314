/**
 * The text of `--help`.
 *
 * @module
 */
import type { Io } from "../output/io.ts";
import { wrapped } from "../output/wrapped.ts";
import type { Flag, FlagGroup } from "./flags.ts";
import { GLOBAL_FLAGS, HELP_FLAGS, ROOT_FLAGS } from "./global_flags.ts";
import type { Command, CommandNode, Positional } from "./grammar.ts";

/** Prints the help of a command or group, wrapped on a terminal. */
export async function writeHelp(io: Io, node: CommandNode, path: readonly string[]): Promise<void> {
  const text = helpText(node, path);
  await io.stdout.write(io.stdout.isTerminal ? wrapped(text, io.columns()) : text);
}

/** Help of a command or group, with a final newline. */
export function helpText(node: CommandNode, path: readonly string[]): string {
  const sections = node.kind === "group" ? groupSections(node.children, path) : commandSections(node);
  const isRoot = path.length === 1;
  const globals = node.kind === "command" && (node.raw || node.standalone) ? [] : [
    section(
      "Global flags",
      flagRows(
        isRoot ? [GLOBAL_FLAGS, ROOT_FLAGS, HELP_FLAGS] : [GLOBAL_FLAGS, HELP_FLAGS],
        ownNames(node),
      ),
    ),
  ];
  return [
    `${[node.summary, ...node.about ?? []].join("\n\n")}\n`,
    `Usage:\n  ${usageLine(node, path)}\n`,
    ...sections,
    ...globals,
  ].join("\n");
}

/** The usage of a command on one line, such as `letts run --mission NAME [flags]`. */
export function usageLine(node: CommandNode, path: readonly string[]): string {
  const words = [...path];
  if (node.kind === "group") return [...words, "<command>"].join(" ");
  for (const group of node.flags) {
    for (const [name, flag] of Object.entries(group)) {
      if (flag.required) words.push(`--${name} ${flag.value ?? ""}`.trim());
    }
  }
  if (node.flags.length > 0) words.push("[flags]");
  words.push(...node.positionals.map(positionalText));
  return words.join(" ");
}

function positionalText({ name, optional, rest }: Positional): string {
  if (rest) return `[${name}…]`;
  return optional ? `[<${name}>]` : `<${name}>`;
}

function groupSections(children: readonly CommandNode[], path: readonly string[]): string[] {
  const shown = children.filter((child) => child.kind === "group" || !child.hidden);
  return [
    section("Commands", shown.map((child) => [child.name, child.summary])),
    `"${path.join(" ")} <command> --help" shows help for a command.\n`,
  ];
}

function commandSections(node: Command): string[] {
  const rows = flagRows(node.flags, new Set());
  return [
    ...(node.examples.length === 0 ? [] : [
      `Examples:\n${node.examples.map(({ line, means }) => `  # ${means}\n  ${line}\n`).join("")}`,
    ]),
    ...(rows.length === 0 ? [] : [section("Flags", rows)]),
    ...(node.exits.length === 0 ? [] : [section("Exit codes", node.exits)]),
  ];
}

function ownNames(node: CommandNode): ReadonlySet<string> {
  return new Set(node.kind === "group" ? [] : node.flags.flatMap((group) => Object.keys(group)));
}

function flagRows(groups: readonly FlagGroup[], hidden: ReadonlySet<string>): (readonly [string, string])[] {
  return groups.flatMap((group) =>
    Object.entries(group)
      .filter(([name]) => !hidden.has(name))
      .map(([name, flag]) => [flagText(name, flag), flagHelp(flag)] as const)
  );
}

/** A flag in help, such as `-o, --output FORMAT`. */
export function flagText(name: string, flag: Flag): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  const value = flag.type === "switch" ? "" : ` ${flag.value ?? "VALUE"}`;
  return `${short}--${name}${value}`;
}

/** Description of a flag in help, with choices and default. */
export function flagHelp(flag: Flag): string {
  const choices = flag.type === "text" && flag.choices !== undefined ? `: ${flag.choices.join(", ")}` : "";
  const byDefault = flag.type === "text" || flag.type === "int" ? flag.default : undefined;
  return `${flag.help}${choices}${byDefault === undefined ? "" : ` (default ${byDefault})`}`;
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return `${title}:\n${rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("")}`;
}
