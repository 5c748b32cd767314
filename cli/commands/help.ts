/** `letts help [command…]`. @module */
import type { Call } from "../call.ts";
import { ROOT } from "./root.ts";
import { UsageError } from "../errors.ts";
import { writeHelp } from "../parse/help.ts";
import { findCommand } from "../parse/find_command.ts";
import { didYouMean } from "../parse/suggest.ts";

/** Prints the help of the named command, or of `letts`. */
export async function help(call: Call<unknown>): Promise<void> {
  const { node, path, unknown } = findCommand(ROOT, call.args);
  if (unknown !== undefined && node.kind === "group") {
    const hint = didYouMean(unknown, node.children.map((child) => child.name));
    throw new UsageError(`unknown command ${JSON.stringify(unknown)} for "${path.join(" ")}"${hint}`);
  }
  await writeHelp(call.io, node, path);
}
