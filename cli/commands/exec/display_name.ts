/**
 * Display names of execs in lists.
 *
 * @module
 */

import { basename } from "node:path";

const LONGEST = 60;

/** Parts of a display name. */
export interface NameParts {
  readonly argv: readonly string[];
  /** Path of the script that is sent. */
  readonly script: string | undefined;
  /** Number of dugdales. */
  readonly hosts: number;
}

/** The command line as typed in a shell, including its script, at most 60 characters. */
export function displayName({ argv, script, hosts }: NameParts): string {
  const file = script === undefined ? undefined : basename(script);
  const line = argv.map(quoted).join(" ");
  const what = line === "" ? file ?? "exec" : file === undefined ? line : `${line} (script=${file})`;
  const others = hosts > 1 ? ` [+${hosts - 1} hosts]` : "";
  // deno-lint-ignore no-control-regex -- a dugdale refuses them in names
  const letters = [...(what + others).replace(/[\x00-\x1f\x7f]/g, " ")];
  return letters.length <= LONGEST ? letters.join("") : `${letters.slice(0, LONGEST - 1).join("")}…`;
}

function quoted(word: string): string {
  if (word === "") return "''";
  return /[ \t\n"'$`\\|&;<>(){}[\]*?#~]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : word;
}
