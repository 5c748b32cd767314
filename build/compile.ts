// deno-lint-ignore-file no-console -- a program for people at a terminal
/** Makes one executable for each platform, in `dist/`. The runtime for each is downloaded by `deno compile`. */
import { bundle } from "./bundle.ts";

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
];

const source = "dist/letts.js";
await Deno.mkdir("dist", { recursive: true });
await bundle(source);
for (const target of TARGETS) {
  const output = `dist/letts-${target}`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "-A",
      "--unstable-no-legacy-abort",
      "--no-check",
      "--target",
      target,
      "--output",
      output,
      source,
    ],
    env: { NO_COLOR: "1" },
    stderr: "piped",
  }).output();
  if (code === 0) {
    console.log(output);
    continue;
  }
  // What went wrong stands behind "error:" and, innermost last, in the numbered lines of its causes.
  const text = new TextDecoder().decode(stderr).split("Stack backtrace")[0] ?? "";
  const reason = text.match(/^(error:.*|\s+\d+: .*)$/gm)?.at(-1)?.trim() ?? "no reason given";
  console.error(`cannot compile for ${target}, is the compile runtime within reach? ${reason}`);
  Deno.exit(1);
}
