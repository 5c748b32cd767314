/**
 * Errors thrown by commands. `exit_code.ts` maps them to exit codes, `error_text.ts` to messages.
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
 * Invalid usage of a standalone command such as `letts dugdale`: printed on stdout with its help, like all output of
 * such a command before its log is open. Exit code 2.
 */
export class StandaloneUsageError extends UsageError {
  /** The words of the command. */
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

/** The outcome of a mission is not success. Exit code 1 when it failed, otherwise 125. */
export class MissionEndError extends CliError {
  override readonly name = "MissionEndError";
  /** Whether the mission reported the failure itself, or exited with a non-zero status. */
  readonly failed: boolean;

  constructor(message: string, facts: { readonly failed: boolean }) {
    super(message);
    this.failed = facts.failed;
  }
}

/** Everything has been printed; only the exit code remains to be set. */
export class SilentExit extends CliError {
  override readonly name = "SilentExit";
  /** The exit code. */
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Any failure before the end of an exec. Exit code 255; see the cause. */
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

/** Output cannot be written, for example because the disk is full. Exit code 1. */
export class OutputError extends CliError {
  override readonly name: string = "OutputError";
}

/** The pipe of the output was closed. Exit code 141, as after SIGPIPE. */
export class BrokenPipeError extends OutputError {
  override readonly name = "BrokenPipeError";
}
