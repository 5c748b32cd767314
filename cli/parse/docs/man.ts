/**
 * Manual pages, generated from the table of commands.
 *
 * @module
 */
import type { FlagGroup } from "../flags.ts";
import { GLOBAL_FLAGS, HELP_FLAGS } from "../global_flags.ts";
import type { CommandGroup } from "../grammar.ts";
import { flagHelp, flagText, usageLine } from "../help.ts";
import { CONFIG_FILES, EXIT_CODES, VARIABLES } from "./common.ts";
import { type Placed, walk } from "./walk.ts";

/** A page and its file name. */
export interface ManPage {
  /** Such as `letts-run.1`. */
  readonly file: string;
  readonly text: string;
}

/** A page for letts and one for each command. */
export function manPages(root: CommandGroup): readonly ManPage[] {
  const places = walk(root).filter(({ node, path }) => node.kind === "command" || path.length === 1);
  return places.map((place) => ({ file: `${place.path.join("-")}.1`, text: manPage(place, root) }));
}

/** Date of the last change of the page format; fixed, so that the output is reproducible. */
const PAGE_DATE = "2026-11-27";

function manPage({ node, path }: Placed, root: CommandGroup): string {
  const name = path.join("-");
  const lines = [
    `.TH ${name.toUpperCase()} 1 "${PAGE_DATE}" letts "User Commands"`,
    ".SH NAME",
    `${escaped(name)} \\- ${escaped(node.summary)}`,
    ".SH SYNOPSIS",
    `.B ${escaped(usageLine(node, path))}`,
  ];
  const about = node.about ?? [];
  if (about.length > 0) {
    lines.push(
      ".SH DESCRIPTION",
      ...about.flatMap((text, index) => [
        ...index === 0 ? [] : [".PP"],
        ".nf",
        ...text.split("\n").map(escaped),
        ".fi",
      ]),
    );
  }
  if (node.kind === "group") {
    const commands = walk(root).filter((place) => place.node.kind === "command");
    lines.push(".SH COMMANDS", ...terms(commands.map((place) => [place.path.join(" "), place.node.summary])));
    lines.push(".SH FILES", `letts.yaml is the first of: ${escaped(CONFIG_FILES.join(", "))}`);
    lines.push(".SH ENVIRONMENT", ...terms(VARIABLES));
  } else {
    if (node.flags.length > 0) lines.push(".SH OPTIONS", ...terms(flagTerms(node.flags)));
    if (node.examples.length > 0) {
      lines.push(".SH EXAMPLES");
      for (const [index, { line, means }] of node.examples.entries()) {
        lines.push(...index === 0 ? [] : [".PP"], escaped(means), ".PP", `.B ${escaped(line)}`);
      }
    }
  }
  if (node.kind === "group" || !(node.raw || node.standalone)) {
    lines.push(".SH GLOBAL OPTIONS", ...terms(flagTerms([GLOBAL_FLAGS, HELP_FLAGS])));
  }
  const exits = node.kind === "command" && node.exits.length > 0 ? node.exits : EXIT_CODES;
  lines.push(".SH EXIT STATUS", ...terms(exits));
  return `${lines.join("\n")}\n`;
}

function flagTerms(groups: readonly FlagGroup[]): readonly (readonly [string, string])[] {
  return groups.flatMap((group) =>
    Object.entries(group).map(([name, flag]) => [flagText(name, flag).trim(), flagHelp(flag)] as const)
  );
}

function terms(rows: readonly (readonly [string, string])[]): readonly string[] {
  return rows.flatMap(([term, text]) => [".TP", `.B ${escaped(term)}`, escaped(text)]);
}

/** Escapes what the formatter would interpret. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("…", "...").replace(
    /^([.'])/,
    "\\&$1",
  );
}
