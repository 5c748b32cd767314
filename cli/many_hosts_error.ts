/**
 * What went wrong on several dugdales at once.
 *
 * @module
 */
import type { LettsConfig } from "../config/letts/resolve.ts";
import { shortText } from "./output/error_text.ts";
import { CliError } from "./errors.ts";

/** What went wrong on one dugdale. */
export interface HostFailure {
  readonly host: string;
  readonly error: unknown;
}

/** One line a dugdale. Its exit code is that of the gravest of the failures. */
export class ManyHostsError extends CliError {
  override readonly name = "ManyHostsError";
  /** In the order of letts.yaml. */
  readonly failures: readonly HostFailure[];

  constructor(failures: readonly HostFailure[], config: LettsConfig) {
    super(failures.map(({ host, error }) => `${host}: ${shortText(error, config)}`).join("\n"));
    this.failures = failures;
  }
}
