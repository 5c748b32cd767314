/**
 * What starts the missions of a folder, whatever they are written in.
 *
 * @module
 */
import { DENO_ENDINGS, DENO_FLAGS, PROGRAMS } from "../../../dugdale/interpreters.ts";

/**
 * A shell script that gets the path of a mission and becomes the program that runs it.
 *
 * @param deno Path of Deno, or its name.
 */
export function runnerScript(deno: string): string {
  const patterns = [...DENO_ENDINGS].map((ending) => `*${ending}`).join("|");
  const cases = [...PROGRAMS].map(([ending, program]) => `  *${ending}) exec ${program} "$1" ;;\n`).join("");
  return `#!/bin/sh
case "$1" in
  ${patterns}) exec ${quoted(deno)} ${DENO_FLAGS.map(quoted).join(" ")} "$1" ;;
${cases}  *) exec "$1" ;;
esac
`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
