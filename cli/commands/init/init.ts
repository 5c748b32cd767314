/** `letts init`. @module */
import { relative, resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { exists } from "../../parse/paths.ts";
import type { INIT_FLAGS } from "./command.ts";
import { IGNORE, initFiles, type NewFile } from "./files.ts";

/** Creates the files for a dugdale on this machine, and prints the next steps. */
export async function init(call: Call<Values<typeof INIT_FLAGS>>): Promise<void> {
  const { flags: { port, force, examples }, args: [given = "."], io } = call;
  if (port < 1 || port > 65535) throw new UsageError(`--port ${port} must be from 1 to 65535`);
  const folder = resolve(given);
  const files = [
    ...initFiles({ folder, port, token: randomToken }),
    ...(examples ? await exampleFiles() : []),
    ...(exists(`${folder}/${IGNORE.path}`) ? [] : [IGNORE]),
  ];
  const taken = files.filter(({ path }) => exists(`${folder}/${path}`)).map(({ path }) => path);
  if (taken.length > 0 && !force) {
    throw new UsageError(`${taken.join(", ")} in ${folder} would be replaced; use --force to replace`);
  }
  await Deno.mkdir(`${folder}/missions`, { recursive: true });
  for (const { path, mode, text } of files) {
    await Deno.writeTextFile(`${folder}/${path}`, text, { mode });
    // An existing file keeps its mode, and these contain tokens.
    await Deno.chmod(`${folder}/${path}`, mode);
    await io.stderr.write(`letts: wrote ${relative(Deno.cwd(), `${folder}/${path}`)}\n`);
  }
  const go = given === "." ? "" : `  cd ${given}\n`;
  await io.stdout.write(
    `Next:\n${go}  letts dugdale &\n  letts apply -q -f letts.yaml\n` +
      "  letts run --route default --mission hello.sh\n",
  );
}

async function exampleFiles(): Promise<readonly NewFile[]> {
  const { DUGDALE_EXAMPLE, LETTS_EXAMPLE } = await import("./examples.ts");
  return [
    { path: "letts.example.yaml", mode: 0o644, text: LETTS_EXAMPLE },
    { path: "dugdale.example.yaml", mode: 0o644, text: DUGDALE_EXAMPLE },
  ];
}

function randomToken(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toHex();
}
