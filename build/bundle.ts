// deno-lint-ignore-file no-console -- a program for people at a terminal
/** Makes `dist/letts.js`: the whole command line in one file that starts with Deno and needs nothing else. */
const OUT = "dist/letts.js";

await Deno.mkdir("dist", { recursive: true });
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["bundle", "--platform=deno", "--output", OUT, "cli/main.ts"],
}).spawn().status;
if (code !== 0) Deno.exit(code);
const bundled = await Deno.readTextFile(OUT);
await Deno.writeTextFile(
  OUT,
  `#!/usr/bin/env -S deno run -A --unstable-no-legacy-abort\n${bundled.replace(/^#!.*\n/, "")}`,
);
await Deno.chmod(OUT, 0o755);
console.log(`${OUT}: ${(bundled.length / 1024).toFixed(0)} KiB`);
