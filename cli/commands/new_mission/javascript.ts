/** A mission in JavaScript, without a library. @module */
import type { Scaffold } from "./new_file.ts";

/** Node and Deno alike, as a module or not. */
export const JAVASCRIPT: Scaffold = {
  mission: (name) =>
    `#!/usr/bin/env node
/**
 * ${name}: writes a greeting.
 *
 * Input {"name": "Ada"}. Output file greeting. By hand: ${name}.js --input='{"name": "Ada"}'
 */
async function main() {
  const fs = await import("node:fs");
  const process = (await import("node:process")).default;
  const underDugdale = Boolean(process.env.LETTS_MISSION_ID);
  const control = underDugdale ? fs.openSync("/dev/fd/3", "a") : undefined;

  /** Reports with one JSON object on one line; by hand on stderr. */
  function say(line) {
    const text = \`\${JSON.stringify(line)}\\n\`;
    if (control === undefined) process.stderr.write(text);
    else fs.writeSync(control, text);
  }

  function fail(reason, message, details = {}) {
    say({ event: "fail", message, reason, details });
    process.exitCode = 1;
  }

  async function readInput() {
    if (!underDugdale) {
      const given = process.argv.find((argument) => argument.startsWith("--input="));
      return JSON.parse(given?.slice("--input=".length) ?? "{}");
    }
    process.stdin.setEncoding("utf8");
    let text = "";
    for await (const chunk of process.stdin) text += chunk;
    return JSON.parse(text) ?? {};
  }

  const { name = "world" } = await readInput();
  if (typeof name !== "string") return fail("invalid_input", "name must be a string", { name });
  say({ event: "progress", value: 0.5, message: "greeting" });
  const greeting = \`Hello, \${name}!\`;
  const folder = underDugdale ? \`\${process.env.LETTS_WORKDIR}/out\` : "out";
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(\`\${folder}/greeting\`, \`\${greeting}\\n\`);
  say({ event: "output_file", key: "greeting" });
  say({ event: "success", return: { greeting } });
}

// An uncaught error is printed by the runtime, which then exits with 1; the dugdale keeps the output.
main();
`,
  test: (name) =>
    `/** Runs ${name}.js by hand and looks at what it says and leaves. */
async function main() {
  const { deepStrictEqual, strictEqual } = await import("node:assert/strict");
  const { spawnSync } = await import("node:child_process");
  const { mkdtempSync, readFileSync, rmSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { resolve } = await import("node:path");
  const { test } = await import("node:test");
  const process = (await import("node:process")).default;
  const mission = resolve(process.argv[1], "../../${name}.js");

  function run(folder, input) {
    const args = [mission, \`--input=\${JSON.stringify(input)}\`];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    return { status, said: stderr.trimEnd().split("\\n").map((line) => JSON.parse(line)) };
  }

  test("${name} greets by name, and refuses a name that is not a string", () => {
    const folder = mkdtempSync(\`\${tmpdir()}/mission-\`);
    try {
      const { status, said } = run(folder, { name: "Ada" });
      strictEqual(status, 0);
      deepStrictEqual(said.at(-1), { event: "success", return: { greeting: "Hello, Ada!" } });
      strictEqual(readFileSync(\`\${folder}/out/greeting\`, "utf8"), "Hello, Ada!\\n");
      const refused = run(folder, { name: 7 });
      deepStrictEqual([refused.status, refused.said.at(-1).reason], [1, "invalid_input"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

main();
`,
  runTest: (path) => `node ${path}`,
};
