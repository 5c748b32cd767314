/**
 * Where a mission in TypeScript finds the runtime.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { NewFile } from "./new_file.ts";
import { RUNTIME } from "./typescript.ts";

/** What has to be done so that imports of the runtime are understood; undefined when they are. */
export type ImportAdvice =
  | { readonly make: NewFile }
  /** An existing file is left to the user to change. */
  | { readonly tell: string }
  | undefined;

/**
 * Looks for the configuration that Deno will use for scripts of a folder: the nearest one on the way up.
 *
 * @param folder Absolute; need not exist.
 */
export function importAdvice(folder: string): ImportAdvice {
  const line = `"${RUNTIME.name}": "${RUNTIME.source}"`;
  for (let at = folder;; at = dirname(at)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const text = readIfThere(join(at, name));
      if (text === undefined) continue;
      return text.includes(`"${RUNTIME.name}`)
        ? undefined
        : { tell: `add ${line} to the imports of ${join(at, name)}` };
    }
    if (dirname(at) === at) break;
  }
  return { make: { path: "deno.json", mode: 0o644, text: `{\n  "imports": {\n    ${line}\n  }\n}\n` } };
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
