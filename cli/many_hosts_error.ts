/**
 * Errors of several dugdales.
 *
 * @module
 */
import type { HostFailure } from "../client/types.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import { CliError } from "./errors.ts";
import { hostText } from "./output/error_text.ts";

/** One line for each dugdale. The exit code is that of the most severe failure. */
export class ManyHostsError extends CliError {
  override readonly name = "ManyHostsError";
  /** In the order of letts.yaml. */
  readonly failures: readonly HostFailure[];

  constructor(failures: readonly HostFailure[], config: LettsConfig) {
    super(failures.map(({ host, error }) => hostText(host, error, config)).join("\n"));
    this.failures = failures;
  }
}
