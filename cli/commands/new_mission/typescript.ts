/** A mission in TypeScript, with the runtime. @module */
import type { Scaffold } from "./new_file.ts";

/** The import name of the runtime. */
export const RUNTIME = "@letts/letts/mission";

/** TypeScript. */
export const TYPESCRIPT: Scaffold = {
  mission: (name) =>
    `#!/usr/bin/env -S deno run --no-prompt --allow-env=LETTS_* --allow-read=.,/dev/fd/3 --allow-write=.,/dev/fd/3
/**
 * ${name}: writes a greeting.
 *
 * Input \`{"name": "Ada"}\`. Output file \`greeting\`. By hand: \`${name}.ts --input='{"name": "Ada"}'\`.
 */
import { mission } from "${RUNTIME}";

await mission(async (m) => {
  const name = m.string("name", "world");
  m.progress(0.5, "greeting");
  const greeting = \`Hello, \${name}!\`;
  await Deno.writeTextFile(m.output("greeting"), \`\${greeting}\\n\`);
  return { greeting };
});
`,
  test: (name) =>
    `import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const MISSION = fileURLToPath(new URL("../${name}.ts", import.meta.url));
const PERMISSIONS = ["--no-prompt", "--allow-env=LETTS_*", "--allow-read=.", "--allow-write=."];

/** Runs the mission by hand in that folder. */
async function run(folder: string, input: unknown): Promise<{ code: number; stdout: string; stderr: string }> {
  const args = ["run", ...PERMISSIONS, MISSION, \`--input=\${JSON.stringify(input)}\`];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

Deno.test("${name} greets by name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, stdout, stderr } = await run(folder, { name: "Ada" });
    strictEqual(code, 0, stderr);
    deepStrictEqual(JSON.parse(stdout), { greeting: "Hello, Ada!" });
    strictEqual(await Deno.readTextFile(\`\${folder}/out/greeting\`), "Hello, Ada!\\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("${name} refuses a name that is not a string", async () => {
  const folder = await Deno.makeTempDir();
  try {
    strictEqual((await run(folder, { name: 7 })).code, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
`,
  runTest: (path) => `deno test -A ${path}`,
};
