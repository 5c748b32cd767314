// deno-lint-ignore-file no-console -- a program for people at a terminal
/** Makes `dist/letts.js`: the whole command line in one file that starts with Deno and needs nothing else. */
import { resolve } from "@std/path";
import { fileURLToPath } from "node:url";
import { RUNTIME_COPY, type RuntimeCopy } from "../cli/commands/new_mission/runtime_copy.ts";
import { VERSION } from "../dugdale/version.ts";
import { declarationsOf } from "./declarations.ts";
import { stamp, stamped } from "./stamp.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ENTRY = `${ROOT}cli/main.ts`;

/**
 * The bundler is told to write CommonJS, because there a module of Node is loaded by the part that needs it. As
 * `import` statements all of them would be loaded before the first line runs, which takes as long as Deno itself.
 * The bundler asks for the module itself where a file begins, and looks up its members where they are used: the
 * module is loaded at the first member, so that what a command does not use costs it nothing.
 */
const HEAD = `#!/usr/bin/env -S deno run -A --unstable-no-legacy-abort
const require = (name) => new Proxy({}, { get: (_, member) => process.getBuiltinModule(name)[member] });
`;

/**
 * Writes the bundle to a file that can be run, with the version that it was made from. Its name must end in `.js`, or
 * the bundler leaves out what the packages need to load modules of the runtime.
 *
 * @throws {Error} When the bundler fails, which has told why on stderr.
 */
export async function bundle(out: string): Promise<void> {
  // Half the text starts sooner; the names that stacks are made of stay.
  await denoBundle(out, ENTRY, "--format=cjs", "--keep-names");
  const source = (await Deno.readTextFile(out)).replace(/^#!.*\n/, "");
  const versioned = stamped(source, VERSION, await stamp());
  await Deno.writeTextFile(out, HEAD + ascii(stamped(versioned, RUNTIME_COPY, await runtimeCopy())));
  await Deno.chmod(out, 0o755);
}

/** The runtime for missions, which `letts new mission` copies. */
async function runtimeCopy(): Promise<RuntimeCopy> {
  const path = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await bundleModule(path, "mission/mod.ts");
    return { code: await Deno.readTextFile(path), types: await declarationsOf("mission/mod.ts") };
  } finally {
    await Deno.remove(path);
  }
}

/** Writes a module of this repository and what it imports to one file, to be imported. @throws {Error} As `bundle`. */
export function bundleModule(out: string, entry: string): Promise<void> {
  return denoBundle(out, `${ROOT}${entry}`, "--keep-names");
}

async function denoBundle(out: string, entry: string, ...options: readonly string[]): Promise<void> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform=deno", "--minify", ...options, "--output", resolve(out), entry],
    cwd: ROOT, // whose deno.json names the imports
  }).spawn().status;
  if (code !== 0) throw new Error(`deno bundle ended with ${code}`);
}

/** A file of nothing but ASCII is read twice as fast. Other letters stand only where an escape means the same. */
function ascii(text: string): string {
  // deno-lint-ignore no-control-regex -- what is not ASCII is looked for
  return text.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

if (import.meta.main) {
  const out = "dist/letts.js";
  await Deno.mkdir("dist", { recursive: true });
  await bundle(out);
  console.log(`${out}: ${((await Deno.stat(out)).size / 1024).toFixed(0)} KiB`);
}
