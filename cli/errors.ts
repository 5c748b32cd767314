/**
 * What commands throw. `exit_code.ts` says what each means for the shell, `error_text.ts` what is printed.
 *
 * @module
 */

/** An error of a command; its message is printed as it is. */
export class CliError extends Error {
  override readonly name: string = "CliError";
}

/** Invalid usage. Exit code 2. */
export class UsageError extends CliError {
  override readonly name = "UsageError";
}

/**
 * Invalid usage of a command that stands for itself, such as `letts dugdale`: told on stdout together with its help, as
 * everything is that such a command says before its log is open. Exit code 2.
 */
export class StandaloneUsageError extends UsageError {
  /** The words that lead to the command. */
  readonly path: readonly string[];

  constructor(message: string, path: readonly string[]) {
    super(message);
    this.path = path;
  }
}

/** An error without a class of its own. Exit code 1. */
export class CommandError extends CliError {
  override readonly name = "CommandError";
}

/** A mission that ended in another way than success. Exit code 1 when it failed, else 125. */
export class MissionEndError extends CliError {
  override readonly name = "MissionEndError";
  /** Whether the mission said so itself, or ended with a status that is not 0. */
  readonly failed: boolean;

  constructor(message: string, facts: { readonly failed: boolean }) {
    super(message);
    this.failed = facts.failed;
  }
}

/** Everything has been printed; only the exit code remains. */
export class SilentExit extends CliError {
  override readonly name = "SilentExit";
  /** The exit code. */
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** A failure before the end of an exec, whatever its kind. Exit code 255; the cause says what it was. */
export class ExecFailedError extends CliError {
  override readonly name = "ExecFailedError";
}

/** SIGINT or SIGTERM was received. Exit code 130 or 143. */
export class InterruptedError extends CliError {
  override readonly name = "InterruptedError";
  /** The signal. */
  readonly signal: "SIGINT" | "SIGTERM";

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** Our own output cannot be written, as on a full disk. Exit code 1. */
export class OutputError extends CliError {
  override readonly name: string = "OutputError";
}

/** The pipe of our output was closed. Exit code 141, as if SIGPIPE had ended the process. */
export class BrokenPipeError extends OutputError {
  override readonly name = "BrokenPipeError";
}
