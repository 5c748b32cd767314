/**
 * Runs the command of a command line.
 *
 * @module
 */
import type { LettsClient } from "../client/client.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import { ROOT } from "./commands/root.ts";
import { writeVersion } from "./commands/version.ts";
import { OutputError, StandaloneUsageError } from "./errors.ts";
import type { Io } from "./output/io.ts";
import type { GlobalValues } from "./parse/global_flags.ts";
import type { Call, CommandGroup } from "./parse/grammar.ts";
import { findCommand } from "./parse/find_command.ts";
import { type Invocation, parseLine } from "./parse/parse.ts";

/**
 * Runs a command line. Errors are printed on stderr and rethrown; their class determines the exit code.
 *
 * @throws The error of the command.
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
    if (line.kind === "version") return await writeVersion(io);
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
  if (error instanceof StandaloneUsageError) {
    const { writeHelp } = await import("./parse/help.ts");
    await io.stdout.write(`${error.message}\n\n`);
    return await writeHelp(io, findCommand(ROOT, error.path.slice(1)).node, error.path);
  }
  const { errorDetails, errorText } = await import("./output/error_text.ts");
  const text = errorText(error, call?.config);
  if (text === undefined) return;
  const details = verbose ? errorDetails(error).map((detail) => `letts: debug: ${detail}\n`) : [];
  try {
    await io.stderr.write(`letts: ${text}\n${details.join("")}`);
  } catch (failure) {
    if (!(failure instanceof OutputError)) throw failure; // nothing can be reported
  }
}

type RunLine = Extract<Invocation, { readonly kind: "run" }>;

/** One run of one command. Disposing it closes the resources that the command opened. */
class OpenCall implements Call<Readonly<Record<string, unknown>>>, AsyncDisposable {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly globals: GlobalValues;
  readonly args: readonly string[];
  readonly io: Io;
  readonly root: CommandGroup = ROOT;
  #client: Promise<LettsClient> | undefined;
  #config: LettsConfig | undefined;

  constructor(line: RunLine, io: Io) {
    this.flags = line.flags;
    this.globals = line.globals;
    this.args = line.args;
    this.io = io;
  }

  /** The configuration in use, if loaded. */
  get config(): LettsConfig | undefined {
    return this.#config;
  }

  open(): Promise<LettsClient> {
    this.#client ??= this.#open();
    return this.#client;
  }

  describeErrorsWith(config: LettsConfig): void {
    this.#config = config;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#client?.catch(() => undefined); // already thrown to the caller of open()
    await client?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<LettsClient> {
    const { openClient } = await import("./open_client.ts");
    const client = await openClient(this.globals, this.io);
    this.#config = client.config;
    return client;
  }
}
