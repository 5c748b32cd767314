/** `letts version`. @module */
import { VERSION as BUILD } from "../../dugdale/version.ts";
import type { Io } from "../output/io.ts";
import { type Command, command } from "../parse/grammar.ts";

/** Prints name and version. */
export async function writeVersion(io: Io): Promise<void> {
  await io.stdout.write(`letts ${BUILD.version}\n`);
}

/** The same as `--version`. */
export const VERSION: Command = command({
  name: "version",
  summary: "Print the version",
  flags: [],
}, () => Promise.resolve(({ io }) => writeVersion(io)));
