/**
 * docs/cli.md, generated from the table of commands.
 *
 * @module
 */
import type { FlagGroup } from "../flags.ts";
import { GLOBAL_FLAGS, HELP_FLAGS } from "../global_flags.ts";
import type { CommandGroup } from "../grammar.ts";
import { flagHelp, flagText, usageLine } from "../help.ts";
import { CONFIG_FILES, EXIT_CODES, VARIABLES } from "./common.ts";
import { DIFFERENCES } from "./differences.ts";
import { type Placed, walk } from "./walk.ts";

/** The whole document. */
export function markdown(root: CommandGroup): string {
  const places = walk(root);
  const commands = places.filter(({ node }) => node.kind === "command");
  return [
    "# letts on the command line",
    "<!-- Made by `deno task docs` of the table in cli/commands/root.ts. -->",
    table(["command", "what it does"], commands.map(({ node, path }) => [link(path), node.summary])),
    "## All commands",
    "Flags and arguments may stand in any order; `--` ends the flags. Long flags take `--x=v` and `--x v`, switches " +
    "`--x` and `--x=false`. Results go to stdout, everything else to stderr. An error is one line: `letts: …`.",
    flagTable([GLOBAL_FLAGS, HELP_FLAGS]),
    `letts.yaml is the first of: ${CONFIG_FILES.map(code).join(", ")}.`,
    table(["variable", "meaning"], VARIABLES.map(([name, meaning]) => [code(name), meaning])),
    "### Exit codes",
    table(["code", "meaning"], EXIT_CODES),
    ...commands.flatMap(commandSections),
    "## Differences from the reference",
    table(["what", "reference", "here"], DIFFERENCES),
  ].join("\n\n") + "\n";
}

function commandSections({ node, path }: Placed): readonly string[] {
  if (node.kind === "group") return [];
  return [
    `## ${path.join(" ")}`,
    `${node.summary}.`,
    ...(node.about ?? []).map((text) => text.includes("  ") ? fenced(text) : text.replaceAll("\n", " ")),
    fenced(usageLine(node, path)),
    ...(node.flags.length === 0 ? [] : [flagTable(node.flags)]),
    ...node.examples.map(({ line, means }) => `${means}:\n\n${fenced(line)}`),
    ...(node.exits.length === 0 ? [] : [table(["exit code", "meaning"], node.exits)]),
  ];
}

function flagTable(groups: readonly FlagGroup[]): string {
  const rows = groups.flatMap((group) =>
    Object.entries(group).map(([name, flag]) => [code(flagText(name, flag).trim()), flagHelp(flag)])
  );
  return table(["flag", "meaning"], rows);
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), `|${titles.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

function link(path: readonly string[]): string {
  const name = path.join(" ");
  return `[\`${name}\`](#${name.replaceAll(" ", "-")})`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function fenced(text: string): string {
  return "```\n" + text + "\n```";
}
