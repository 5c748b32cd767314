// deno-lint-ignore-file no-console -- a program for people at a terminal
/** Builds `dist/letts.js`: the whole command line in one file that needs only Deno. */
import { resolve } from "@std/path";
import { fileURLToPath } from "node:url";
import { RUNTIME_COPY, type RuntimeCopy } from "../cli/commands/new_mission/runtime_copy.ts";
import { VERSION } from "../dugdale/version.ts";
import { BUILT_PAGE, bundlePage } from "../ui/page_files.ts";
import { declarationsOf } from "./declarations.ts";
import { stamp, stamped } from "./stamp.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/**
 * The output is CommonJS, because `require` loads a Node module only in the part that needs it; `import` statements
 * would load all of them before the first line runs, which takes as long as starting Deno. The bundler puts `require`
 * at the start of a file and accesses the members where they are used, so it is deferred to the first access.
 */
const HEAD = `#!/usr/bin/env -S deno run -A --unstable-no-legacy-abort
const require = (name) => new Proxy({}, { get: (_, member) => process.getBuiltinModule(name)[member] });
`;

/**
 * Writes an executable bundle, stamped with its version. The name must end in `.js`: otherwise the bundler leaves out
 * what packages need to load runtime modules.
 *
 * @throws {Error} When the bundler fails; its reason is on stderr.
 */
export async function bundle(out: string): Promise<void> {
  // A minified file starts faster; the names in stack traces are kept.
  await denoBundle(out, "cli/main.ts", "--format=cjs", "--keep-names");
  const source = (await Deno.readTextFile(out)).replace(/^#!.*\n/, "");
  const versioned = stamped(source, VERSION, await stamp());
  const withRuntime = stamped(versioned, RUNTIME_COPY, await runtimeCopy());
  await Deno.writeTextFile(out, HEAD + ascii(stamped(withRuntime, BUILT_PAGE, await bundlePage())));
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

/** Bundles a module of this repository with its imports into one file. @throws {Error} As `bundle`. */
export function bundleModule(out: string, entry: string): Promise<void> {
  return denoBundle(out, entry, "--keep-names");
}

async function denoBundle(out: string, entry: string, ...options: readonly string[]): Promise<void> {
  const sources = await Deno.makeTempDir();
  try {
    await copySources(ROOT, `${sources}/`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform=deno", "--minify", ...options, "--output", resolve(out), entry],
      cwd: sources, // whose deno.json names the imports
    }).spawn().status;
    if (code !== 0) throw new Error(`deno bundle ended with ${code}`);
    // A resource that is declared has a short name by now.
    if ((await Deno.readTextFile(out)).includes("using$")) throw new Error("a using has been ended too late");
  } finally {
    await Deno.remove(sources, { recursive: true });
  }
}

/** Folders at the top from which nothing is bundled. */
const NOT_BUNDLED: ReadonlySet<string> = new Set([
  "bench",
  "coverage",
  "dist",
  "docs",
  "node_modules",
  "tests",
]);

/** Copies a folder, with modules as {@linkcode withKeptUsing} makes them. */
async function copySources(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(from)) {
    if (name.startsWith(".") || (from === ROOT && NOT_BUNDLED.has(name))) continue;
    if (isDirectory) {
      await Deno.mkdir(`${to}${name}`);
      await copySources(`${from}${name}/`, `${to}${name}/`);
    } else if (name.endsWith(".ts")) {
      await Deno.writeTextFile(`${to}${name}`, withKeptUsing(await Deno.readTextFile(`${from}${name}`)));
    } else if (isFile) await Deno.copyFile(`${from}${name}`, `${to}${name}`);
  }
}

/**
 * Adds a second, empty resource to each `using` of a formatted module. The minifier only looks at the last resource of a
 * statement, and removes a `using` whose value is used once, in the next statement: nothing would be released.
 *
 * @throws {Error} When the end of a statement is not found: the first line that ends with a semicolon outside of brackets.
 */
export function withKeptUsing(source: string): string {
  let count = 0, depth: number | undefined;
  const lines = source.split("\n").map((line) => {
    if (/^ *(?:await )?using \w+(?:: [^=]+)? =/.test(line)) {
      if (depth !== undefined) throw new Error(`a using has no end before ${line.trim()}`);
      depth = 0;
    }
    if (depth === undefined) return line;
    const code = line.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`| \/\/.*/g, "");
    depth += (code.match(/[([{]/g) ?? []).length - (code.match(/[)\]}]/g) ?? []).length;
    if (depth !== 0 || !code.trimEnd().endsWith(";")) return line;
    depth = undefined;
    const end = line.lastIndexOf(";", line.includes(" //") ? line.indexOf(" //") : undefined);
    return `${line.slice(0, end)}, using$${count++} = null${line.slice(end)}`;
  });
  if (depth !== undefined) throw new Error("a using has no end");
  return lines.join("\n");
}

/** A file of ASCII only is parsed twice as fast. Other characters occur only where an escape is equivalent. */
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
