/**
 * The text of an error: one line.
 *
 * @module
 */
import { HttpError, NetworkError, WaitTimeoutError } from "../../client/errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import { ConfigError } from "../../config/config_error.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import { BrokenPipeError, CliError, ExecFailedError, InterruptedError, SilentExit } from "../errors.ts";

/**
 * The text after `letts: `; undefined when nothing is to be printed.
 *
 * @param config Gives the addresses of dugdales; without it they are named by their ids.
 */
export function errorText(error: unknown, config?: LettsConfig): string | undefined {
  if (error instanceof SilentExit || error instanceof BrokenPipeError || error instanceof InterruptedError) {
    return undefined;
  }
  return shortText(error, config);
}

/** As {@linkcode errorText}, for lists of errors: never undefined. */
export function shortText(error: unknown, config?: LettsConfig): string {
  if (error instanceof ExecFailedError && error.message === "") return shortText(error.cause, config);
  if (error instanceof ConfigError) return `config: ${error.message}`;
  if (error instanceof WaitTimeoutError) return "client wait timeout";
  if (error instanceof HttpError) return httpText(error, config);
  if (error instanceof NetworkError) {
    return `dugdale ${addressOf(error, config)}: ${withoutPrefix(error.message, `[${error.host}] `)}`;
  }
  if (error instanceof CliError || error instanceof LettsError) return error.message;
  // Not an error of this project: a bug, printed with its stack.
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** Facts that only `--verbose` shows. */
export function errorDetails(error: unknown): readonly string[] {
  const subject = error instanceof ExecFailedError ? error.cause : error;
  if (!(subject instanceof LettsError)) return [];
  return [
    ...(subject.details === undefined ? [] : [`details ${JSON.stringify(subject.details)}`]),
    ...(subject.retryAfterMs === undefined ? [] : [`retry after ${subject.retryAfterMs} ms`]),
    ...(subject.cause instanceof Error ? [`cause ${subject.cause.message}`] : []),
  ];
}

function httpText(error: HttpError, config: LettsConfig | undefined): string {
  const start = `dugdale ${addressOf(error, config)} ${error.status}`;
  if (error.code === `http_${error.status}`) return start;
  const prefix = `${error.host === undefined ? "" : `[${error.host}] `}HTTP ${error.status} ${error.code}: `;
  return `${start}: ${error.code} — ${withoutPrefix(error.message, prefix)}`;
}

/** The client puts the host before its message; here it is printed in another place. */
function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function addressOf(error: LettsError, config: LettsConfig | undefined): string {
  const { host } = error;
  if (host === undefined) return "(unknown)";
  if (config === undefined) return host;
  try {
    return config.baseUrl(config.dugdale(host)).href.replace(/\/$/, "");
  } catch {
    return host; // the first error matters more than a second one about the address
  }
}
