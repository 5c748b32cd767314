// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Builds the npm package, `dist/letts-letts-VERSION.tgz`: the result of `deno pack`, with the names of our import map
 * replaced by file paths, and with syntax that Node 20 and 22 support. `npm publish` accepts it.
 */
import { dirname, relative } from "@std/path";
import config from "../deno.json" with { type: "json" };
import { output } from "./targets.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** Arguments of Deno that run the TypeScript compiler. It is not in the lock file: nothing that is shipped needs it. */
export const TSC: readonly string[] = [
  "run",
  "-A",
  "--quiet",
  "--no-lock",
  "--no-config",
  "--node-modules-dir=none",
  "npm:typescript@5.9.3/tsc",
];

/** Fields for npm: description of the package and its requirements. */
const FACTS = {
  description:
    "Durable task queue and remote execution without a broker: client, mission runtime, testing kit",
  keywords: ["queue", "jobs", "tasks", "remote execution", "durable", "scheduler"],
  homepage: "https://github.com/letts-project/letts-deno#readme",
  repository: { type: "git", url: "git+https://github.com/letts-project/letts-deno.git" },
  engines: { node: ">=20" },
  sideEffects: false,
};

/** Unpacks the package to a new `folder`. */
export async function npmPackage(folder: string): Promise<void> {
  const work = await Deno.makeTempDir();
  try {
    const args = ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", `${work}/letts.tgz`];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
    if (code !== 0) throw new Error(`deno pack ended with ${code}: ${new TextDecoder().decode(stderr)}`);
    await Deno.mkdir(folder, { recursive: true });
    await output("tar", ["-xzf", `${work}/letts.tgz`, "-C", folder, "--strip-components=1"]);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  const recent: string[] = [];
  for await (const path of filesBelow(folder)) {
    if (/(?<!\.d)\.ts$/.test(path)) await Deno.remove(path); // a source that was taken for an asset
    else if (/\.(js|d\.ts)$/.test(path)) {
      const text = await Deno.readTextFile(path);
      const resolved = withPaths(folder, path, text);
      if (resolved !== text) await Deno.writeTextFile(path, resolved);
      if (path.endsWith(".js") && /^\s*(await )?using \w+ = /m.test(resolved)) recent.push(path);
    }
  }
  await withoutUsing(folder, recent);
  const manifest = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  await Deno.writeTextFile(
    `${folder}/package.json`,
    `${JSON.stringify({ ...manifest, ...FACTS }, null, 2)}\n`,
  );
}

/** Replaces the names of our import map by paths. */
function withPaths(folder: string, path: string, text: string): string {
  const imports: Readonly<Record<string, string>> = config.imports;
  return text.replace(/(\bfrom |\bimport\()"(@std\/[^"]+)"/g, (whole, before, name) => {
    const to = imports[name];
    if (to === undefined) return whole;
    const file = relative(dirname(path), `${folder}/${to.replace(/\.ts$/, ".js")}`);
    return `${before}"${file.startsWith(".") ? file : `./${file}`}"`;
  });
}

/** Rewrites scripts with the keyword `using`, which Node supports from version 24. */
async function withoutUsing(folder: string, paths: readonly string[]): Promise<void> {
  const work = await Deno.makeTempDir();
  try {
    const only = ["--allowJs", "--noCheck", "--noResolve"];
    const to = ["--target", "es2022", "--module", "esnext", "--rootDir", folder, "--outDir", work];
    await output(Deno.execPath(), [...TSC, ...only, ...to, ...paths]);
    for (const path of paths) await Deno.copyFile(`${work}/${relative(folder, path)}`, path);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string, void, void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

/** Builds the tarball in `folder`, and returns its name. */
export async function npmTarball(folder: string): Promise<string> {
  const work = await Deno.makeTempDir();
  try {
    await npmPackage(`${work}/package`);
    const packed = await output("npm", ["pack", "--json", `--pack-destination=${folder}`, `${work}/package`]);
    return JSON.parse(packed)[0].filename;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

if (import.meta.main) {
  await Deno.mkdir("dist", { recursive: true });
  const name = await npmTarball("dist");
  console.log(`dist/${name}: ${((await Deno.stat(`dist/${name}`)).size / 1024).toFixed(0)} KiB`);
}
