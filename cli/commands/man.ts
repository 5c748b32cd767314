/** `letts man`. @module */
import type { Call } from "../call.ts";
import { ROOT } from "./root.ts";
import { manPages } from "../parse/docs/man.ts";
import { UsageError } from "../errors.ts";
import type { MAN_FLAGS } from "./tool_flags.ts";
import type { Values } from "../parse/grammar.ts";

/** Prints a manual page, or writes all of them into a folder. */
export async function man(call: Call<Values<typeof MAN_FLAGS>>): Promise<void> {
  const { flags: { dir }, args, io } = call;
  const pages = manPages(ROOT);
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
