/**
 * What an exec is called in lists.
 *
 * @module
 */

import { basename } from "node:path";

const LONGEST = 60;

/** What a name is made of. */
export interface NameParts {
  readonly argv: readonly string[];
  /** Path of the script that is sent along. */
  readonly script: string | undefined;
  /** How many dugdales get it. */
  readonly hosts: number;
}

/** The command line as a shell would take it, with its script, at most 60 letters. */
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
