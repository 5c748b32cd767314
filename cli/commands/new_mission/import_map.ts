/**
 * Where a mission in TypeScript imports the runtime from.
 *
 * @module
 */
import { dirname, join, relative } from "node:path";
import { VERSION } from "../../../dugdale/version.ts";
import { exists } from "../../parse/paths.ts";
import type { NewFile } from "./new_file.ts";
import { RUNTIME_COPY, runtimeOfCheckout } from "./runtime_copy.ts";
import { RUNTIME } from "./typescript.ts";

/** Folder of the copy, inside the missions folder. */
const COPY = ".letts";

const HAS_COPY = RUNTIME_COPY.code !== "none";

/** What has to be done so that imports of the runtime are understood. */
export interface ImportAdvice {
  readonly make: readonly NewFile[];
  /** What the user has to do, because an existing file must be changed. */
  readonly tell: string | undefined;
}

/**
 * Looks for the configuration that Deno will use for scripts of a folder: the nearest one on the way up. If there is
 * none, or it has no entry for the runtime, that is to be a copy in the folder itself, which needs no network.
 *
 * @param folder Absolute; need not exist.
 */
export function importAdvice(folder: string): ImportAdvice {
  const config = nearestConfig(folder), copy = copied(folder);
  if (config?.text.includes(`"@letts/letts`)) {
    return { make: config.text.includes(`${COPY}/mission.js`) ? copy : [], tell: undefined };
  }
  const from = config === undefined ? folder : dirname(config.path);
  const target = HAS_COPY ? `./${relative(from, join(folder, COPY, "mission.js"))}` : runtimeOfCheckout();
  const line = `${JSON.stringify(RUNTIME)}: ${JSON.stringify(target)}`;
  if (config !== undefined) return { make: copy, tell: `add ${line} to the imports of ${config.path}` };
  const text = `{\n  "imports": {\n    ${line}\n  }\n}\n`;
  return { make: [{ path: "deno.json", mode: 0o644, text }, ...copy], tell: undefined };
}

function nearestConfig(folder: string): { readonly path: string; readonly text: string } | undefined {
  for (let at = folder;; at = dirname(at)) {
    for (const name of ["deno.json", "deno.jsonc"]) {
      const path = join(at, name), text = readIfThere(path);
      if (text !== undefined) return { path, text };
    }
    if (dirname(at) === at) return undefined;
  }
}

/** The files of the runtime that the folder lacks; none in a checkout. */
function copied(folder: string): readonly NewFile[] {
  if (!HAS_COPY) return [];
  const files: Readonly<Record<string, string>> = {
    "mission.js": `// @ts-self-types="./mission.d.ts"\n${RUNTIME_COPY.code}`,
    "mission.d.ts": RUNTIME_COPY.types,
  };
  const head = `// deno-fmt-ignore-file
// deno-lint-ignore-file
// The runtime of letts ${VERSION.version} for missions. Remove this folder, and the next "letts new mission" writes it anew.
`;
  return Object.entries(files).map(([name, text]) => ({
    path: `${COPY}/${name}`,
    mode: 0o644,
    text: head + text,
  })).filter(({ path }) => !exists(join(folder, path)));
}

function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
