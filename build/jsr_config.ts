// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Writes the configuration for publishing: `@std/*` comes from JSR instead of the wrappers in `std/`. With `deno.json`
 * as its argument, it converts the repository itself.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);

interface Config {
  readonly imports: Readonly<Record<string, string>>;
  readonly publish: { readonly include: readonly string[] };
}

/** All `@std` packages in use are stable, version 1. */
const jsr = (name: string): string => name.replace(/^@std\/([^/]+)/, "jsr:@std/$1@^1");

/** The configuration with `jsr:` specifiers; everything else is unchanged. */
export function jsrConfig<C extends Config>(config: C): C {
  const kept = Object.entries(config.imports).filter(([name]) => name !== "deno-std/");
  return {
    ...config,
    imports: Object.fromEntries(kept.map(([name, to]) => [name, name.startsWith("@std/") ? jsr(name) : to])),
    publish: { ...config.publish, include: config.publish.include.filter((path) => path !== "std/") },
  };
}

if (import.meta.main) {
  const [out = "deno.jsr.json"] = Deno.args;
  const config = jsrConfig(JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))));
  await Deno.writeTextFile(new URL(out, ROOT), JSON.stringify({ ...config, lock: false }, null, 2) + "\n");
  console.log(`wrote ${fileURLToPath(new URL(out, ROOT))}`);
}
