/** The declarations of a part of the library in one file. */
import { fileURLToPath } from "node:url";
import { output } from "./targets.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** What a module of this repository, such as `mission/mod.ts`, exports. @throws {Error} When Deno cannot make them. */
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

/** One file in place of an entry and those that it names. Each name must be declared by one of them only. */
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

/** An import or export from another file, behind the comment that may stand before it on its line. */
const LINK = /(?<=^|^.*\*\/ )(?:import|export) [^;]*? from "(\.[^"]+)";/gm;
