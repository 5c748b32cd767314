// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Writes the configuration that is published: `@std/*` comes from JSR instead of the faces in `std/`. With
 * `deno.json` as its argument the repository itself is switched over.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);

interface Config {
  readonly imports: Readonly<Record<string, string>>;
  readonly publish: { readonly include: readonly string[] };
}

/** All packages of `@std` in use are stable, version 1. */
const jsr = (name: string): string => name.replace(/^@std\/([^/]+)/, "jsr:@std/$1@^1");

/** Imported by its path, since `deno pack` does not resolve local names of the import map in a package for npm. */
const SHIPPED = ["std/bytes.ts", "std/bytes.d.ts"];

/** The configuration with `jsr:` specifiers; everything else stays as it is. */
export function jsrConfig<C extends Config>(config: C): C {
  return {
    ...config,
    imports: Object.fromEntries(
      Object.entries(config.imports).map(([name, to]) => [name, name.startsWith("@std/") ? jsr(name) : to]),
    ),
    publish: {
      ...config.publish,
      include: config.publish.include.flatMap((path) => path === "std/" ? SHIPPED : [path]),
    },
  };
}

if (import.meta.main) {
  const [out = "deno.jsr.json"] = Deno.args;
  const config = jsrConfig(JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))));
  await Deno.writeTextFile(new URL(out, ROOT), JSON.stringify({ ...config, lock: false }, null, 2) + "\n");
  console.log(`wrote ${fileURLToPath(new URL(out, ROOT))}`);
}
