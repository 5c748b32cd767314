/**
 * Exit codes of errors.
 *
 * @module
 */
import {
  ArgumentError,
  AuthError,
  HttpError,
  NetworkError,
  UnsupportedFeatureError,
  WaitTimeoutError,
} from "../client/errors.ts";
import { ConfigError } from "../config/config_error.ts";
import {
  BrokenPipeError,
  ExecFailedError,
  InterruptedError,
  MissionEndError,
  SilentExit,
  UsageError,
} from "./errors.ts";
import { ManyHostsError } from "./many_hosts_error.ts";

/** The exit code for an error thrown by a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof SilentExit) return error.status;
  if (error instanceof BrokenPipeError) return 141;
  if (error instanceof InterruptedError) return error.signal === "SIGINT" ? 130 : 143;
  if (error instanceof ExecFailedError) return 255;
  if (error instanceof UsageError || error instanceof ArgumentError) return 2;
  if (error instanceof UnsupportedFeatureError) return 2;
  if (error instanceof WaitTimeoutError) return 124;
  if (error instanceof ConfigError) return 3;
  if (error instanceof AuthError) return 5;
  if (error instanceof NetworkError) return 4;
  if (error instanceof MissionEndError) return error.failed ? 1 : 125;
  if (error instanceof ManyHostsError) return mostSevere(error);
  return 1;
}

/** Of several failures, configuration errors take precedence, then rejected tokens, then network errors. */
function mostSevere({ failures }: ManyHostsError): number {
  const codes = failures.map(({ error }) => exitCodeOf(error));
  if (codes.includes(3)) return 3;
  const answered = failures.find(({ error }) => error instanceof HttpError);
  if (answered !== undefined && exitCodeOf(answered.error) === 5) return 5;
  return codes.includes(4) ? 4 : 1;
}
