/** The files of letts with its own Deno, the same in every package except for Deno itself. */
import { bundle, bundleModule } from "./bundle.ts";

/** A file of a package. */
export interface ProgramFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly mode: number;
}

/** Names under which missions without a deno.json can import the runtime. */
const RUNTIME_NAMES = ["@letts/letts/mission", "jsr:@letts/letts/mission"];

/** A file of `build/packed/`. */
export function packedFile(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./packed/${name}`, import.meta.url));
}

/** A script with values in place of `@NAME@`. */
export function filled(script: string, facts: Readonly<Record<string, string>>): string {
  return script.replace(/@([A-Z]+)@/g, (_, name) => (facts[name] ?? "").trimEnd());
}

/** The command line, and the mission runtime with its import names. */
export async function programFiles(): Promise<readonly ProgramFile[]> {
  const folder = await Deno.makeTempDir();
  try {
    await bundle(`${folder}/letts.js`);
    await bundleModule(`${folder}/mission.js`, "mission/mod.ts");
    const imports = Object.fromEntries(RUNTIME_NAMES.map((name) => [name, "./mission.js"]));
    return [
      { name: "letts.js", bytes: await Deno.readFile(`${folder}/letts.js`), mode: 0o644 },
      { name: "mission.js", bytes: await Deno.readFile(`${folder}/mission.js`), mode: 0o644 },
      { name: "import_map.json", bytes: textBytes(`${JSON.stringify({ imports }, null, 2)}\n`), mode: 0o644 },
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** UTF-8. */
export function textBytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
