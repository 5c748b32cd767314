/** What is published, as those who use it see it; tests/client/npm_package_test.ts runs it under Node and Bun. */
import { assertEquals } from "@std/assert";
import { npmPackage, TSC } from "../../build/npm.ts";
import config from "../../deno.json" with { type: "json" };

/** Uses every entry that runs anywhere, and says what types it expects. */
const CONSUMER = `
import { LettsClient, type RunResult } from "@letts/letts/client";
import { mission, type MissionContext } from "@letts/letts/mission";
import { FakeDugdale, openFakeClient } from "@letts/letts/testing";
import * as all from "@letts/letts";

export async function run(client: LettsClient): Promise<RunResult> {
  return await client.run({ lane: "default" }, { mission: "resize", input: { width: 3 }, timeout: "1m" });
}
export const resize = (m: MissionContext): { width: number } => ({ width: m.int("width", 320) });
export const fake: FakeDugdale = new FakeDugdale();
// @ts-expect-error -- a width is a number
export const wrong = (m: MissionContext): { width: string } => resize(m);
export const kinds: string[] = [mission, openFakeClient, all.LettsClient].map((value) => typeof value);
console.log(kinds.join());
`;

/** The dugdale needs Deno. */
const DUGDALE = `import { openDugdale, type Dugdale } from "@letts/letts/dugdale";
export const open: (options: Parameters<typeof openDugdale>[0]) => Promise<Dugdale> = openDugdale;
`;

/** As strict as TypeScript can be, and the types of the package are checked too. */
const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    module: "nodenext",
    target: "es2022",
    lib: ["es2024", "esnext.disposable", "esnext.iterator", "dom", "dom.iterable", "dom.asynciterable"],
    types: [],
    noEmit: true,
  },
  files: ["consumer.ts"],
};

async function deno(cwd: string, ...args: string[]): Promise<readonly [number, string]> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  })
    .output();
  return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)];
}

Deno.test("the types of the npm package hold under a strict tsc", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await npmPackage(`${folder}/node_modules/@letts/letts`);
    await Deno.writeTextFile(`${folder}/package.json`, `{ "type": "module" }`);
    await Deno.writeTextFile(`${folder}/consumer.ts`, CONSUMER);
    await Deno.writeTextFile(`${folder}/tsconfig.json`, JSON.stringify(TSCONFIG));
    assertEquals(await deno(folder, ...TSC, "-p", folder), [0, ""]);
    const manifest = JSON.parse(await Deno.readTextFile(`${folder}/node_modules/@letts/letts/package.json`));
    assertEquals([manifest.name, manifest.version], [config.name, config.version]);
    assertEquals(Object.keys(manifest.exports), Object.keys(config.exports));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a project in Deno takes letts by an import map", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const root = new URL("../../", import.meta.url);
    const absolute = (to: string): string => to.startsWith("./") ? new URL(to, root).href : to;
    // Sources of one's own disk are checked with one's own options.
    const { compilerOptions } = config;
    const entries = Object.entries(config.exports).map((
      [name, to],
    ) => [name.replace(".", "@letts/letts"), absolute(to)]);
    const imports = Object.entries(config.imports).map(([name, to]) => [name, absolute(to)]);
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({ compilerOptions, imports: Object.fromEntries([...imports, ...entries]) }),
    );
    await Deno.writeTextFile(`${folder}/consumer.ts`, DUGDALE + CONSUMER);
    const [code, text] = await deno(folder, "run", "--check", "--quiet", "--no-lock", "-A", "consumer.ts");
    assertEquals([code, text], [0, "function,function,function\n"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
