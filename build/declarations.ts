/** Bundles the type declarations of a part of the library into one file. */
import { fileURLToPath } from "node:url";
import { output } from "./targets.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/**
 * The declarations exported by a module of this repository, such as `mission/mod.ts`. @throws {Error} When Deno cannot
 * generate them.
 */
export async function declarationsOf(entry: string): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const args = ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", `${folder}/pack.tgz`];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).output();
    if (code !== 0) throw new Error(`deno pack ended with ${code}: ${new TextDecoder().decode(stderr)}`);
    await output("tar", ["-xzf", `${folder}/pack.tgz`, "-C", folder, "--strip-components=1"]);
    return await joined(new URL(entry.replace(/\.ts$/, ".d.ts"), `file://${folder}/`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Combines an entry file and the files it refers to. Each name must be declared in only one of them. */
async function joined(entry: URL): Promise<string> {
  const texts = new Map<string, string>();
  async function read(url: URL): Promise<void> {
    const text = await Deno.readTextFile(url);
    texts.set(url.href, text);
    for (const [, path = ""] of text.matchAll(LINK)) {
      const linked = new URL(path.replace(/\.js$/, ".d.ts"), url);
      if (!texts.has(linked.href)) await read(linked);
    }
  }
  await read(entry);
  const exports = [...(texts.get(entry.href) ?? "").matchAll(LINK)]
    .map(([statement]) => statement.replace(/ from ".*/, ";"));
  const declared = [...texts.values()]
    .map((text) =>
      text.replace(LINK, "").replace(/^((?:.*\*\/ )?)export (?=declare|interface|type)/gm, "$1")
    );
  return `${[...declared, ...exports].join("\n")}\n`.replace(/\n{2,}/g, "\n");
}

/** An import or export from another file, after an optional comment on its line. */
const LINK = /(?<=^|^.*\*\/ )(?:import|export) [^;]*? from "(\.[^"]+)";/gm;
