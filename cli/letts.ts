/**
 * From words on a command line to a command that has run.
 *
 * @module
 */
import { ROOT } from "./commands/root.ts";
import { BrokenPipeError } from "./errors.ts";
import type { Io } from "./output/io.ts";
import { parseLine } from "./parse/parse.ts";
import { OpenCall } from "./open_call.ts";

/**
 * Runs a command line. What goes wrong is told on stderr and then thrown: its class says which exit code it is.
 *
 * @throws Whatever the command threw.
 */
export async function letts(tokens: readonly string[], io: Io): Promise<void> {
  let verbose = false;
  let call: OpenCall | undefined;
  try {
    const line = parseLine(ROOT, tokens);
    if (line.kind === "help") {
      const { writeHelp } = await import("./parse/help.ts");
      return await writeHelp(io, line.node, line.path);
    }
    if (line.kind === "version") {
      const { writeVersion } = await import("./commands/version.ts");
      return await writeVersion(io);
    }
    verbose = line.globals.verbose;
    call = new OpenCall(line, io);
    await line.command.run(call);
  } catch (error) {
    await tell(io, error, { verbose, call });
    throw error;
  } finally {
    await call?.[Symbol.asyncDispose]();
  }
}

async function tell(
  io: Io,
  error: unknown,
  { verbose, call }: { readonly verbose: boolean; readonly call: OpenCall | undefined },
): Promise<void> {
  const { errorDetails, errorText } = await import("./output/error_text.ts");
  const text = errorText(error, call?.config);
  if (text === undefined) return;
  const details = verbose ? errorDetails(error).map((detail) => `letts: debug: ${detail}\n`) : [];
  try {
    await io.stderr.write(`letts: ${text}\n${details.join("")}`);
  } catch (failure) {
    if (!(failure instanceof BrokenPipeError)) throw failure; // nobody is left to hear it
  }
}
