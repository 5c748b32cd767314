/** `letts help [command…]`. @module */
import { UsageError } from "../errors.ts";
import { findCommand } from "../parse/find_command.ts";
import { type Call, type Command, command } from "../parse/grammar.ts";
import { didYouMean } from "../parse/suggest.ts";

/** Prints the help of the named command, or of `letts`. */
async function help(call: Call<unknown>): Promise<void> {
  const { node, path, unknown } = findCommand(call.root, call.args);
  if (unknown !== undefined && node.kind === "group") {
    const hint = didYouMean(unknown, node.children.map((child) => child.name));
    throw new UsageError(`unknown command ${JSON.stringify(unknown)} for "${path.join(" ")}"${hint}`);
  }
  const { writeHelp } = await import("../parse/help.ts");
  await writeHelp(call.io, node, path);
}

/** The same as `--help`. */
export const HELP: Command = command({
  name: "help",
  summary: "Show help for a command",
  positionals: [{ name: "command", rest: true }],
  flags: [],
}, () => Promise.resolve(help));
