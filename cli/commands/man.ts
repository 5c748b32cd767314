/** `letts man`. @module */
import { UsageError } from "../errors.ts";
import type { Values } from "../parse/flags.ts";
import { type Call, type Command, command } from "../parse/grammar.ts";

/** Destination of manual pages. */
export const MAN_FLAGS = {
  dir: { type: "text", value: "FOLDER", complete: "folder", help: "write all pages into this folder" },
} as const;

/** Prints a manual page, or writes all of them to a folder. */
async function man(call: Call<Values<typeof MAN_FLAGS>>): Promise<void> {
  const { flags: { dir }, args, io } = call;
  const { manPages } = await import("../parse/docs/man.ts");
  const pages = manPages(call.root);
  if (dir !== undefined) {
    await Deno.mkdir(dir, { recursive: true });
    for (const { file, text } of pages) await Deno.writeTextFile(`${dir}/${file}`, text);
    return await io.stderr.write(`letts: ${pages.length} pages in ${dir}\n`);
  }
  const wanted = `${["letts", ...args].join("-")}.1`;
  const page = pages.find(({ file }) => file === wanted);
  if (page === undefined) {
    throw new UsageError(`there is no manual page for ${JSON.stringify(args.join(" "))}`);
  }
  await io.stdout.write(page.text);
}

/** Manual pages. */
export const MAN: Command = command({
  name: "man",
  summary: "Print a manual page, or write all of them",
  positionals: [{ name: "command", rest: true }],
  flags: [MAN_FLAGS],
  examples: [{ line: "letts man --dir ~/.local/share/man/man1", means: "Make man letts-run work" }],
}, () => Promise.resolve(man));
