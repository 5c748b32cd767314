/**
 * One-line error messages.
 *
 * @module
 */
import { HttpError, NetworkError, WaitTimeoutError } from "../../client/errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import { ConfigError } from "../../config/config_error.ts";
import { withoutPasswords } from "../../config/letts/base_url.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import { BrokenPipeError, CliError, ExecFailedError, InterruptedError, SilentExit } from "../errors.ts";

/**
 * The text after `letts: `; undefined if nothing is to be printed.
 *
 * @param config Provides the addresses of dugdales; without it they are named by id.
 */
export function errorText(error: unknown, config?: LettsConfig): string | undefined {
  if (error instanceof SilentExit || error instanceof BrokenPipeError || error instanceof InterruptedError) {
    return undefined;
  }
  return shortText(error, config);
}

/** As {@linkcode errorText}, for lists of errors: never undefined. */
export function shortText(error: unknown, config?: LettsConfig): string {
  return withoutPasswords(textOf(error, config));
}

function textOf(error: unknown, config: LettsConfig | undefined): string {
  if (error instanceof ExecFailedError && error.message === "") return textOf(error.cause, config);
  if (error instanceof ConfigError) return `config: ${error.message}`;
  if (error instanceof WaitTimeoutError) return "client wait timeout";
  if (error instanceof HttpError) return httpText(error, config);
  if (error instanceof NetworkError) {
    return `${withoutPrefix(error.message, `[${error.host}] `)}: ${placeOf(error, config)}`;
  }
  if (error instanceof CliError || error instanceof LettsError) return error.message;
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    return "an answer is nested too deeply to be read";
  }
  // Not an error of this project: a bug, printed with its stack.
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}

/** As {@linkcode shortText}, for lists of several dugdales: always includes the name of the dugdale. */
export function hostText(host: string, error: unknown, config?: LettsConfig): string {
  return error instanceof NetworkError ? shortText(error, config) : `${host}: ${shortText(error, config)}`;
}

/** Details shown only with `--verbose`. */
export function errorDetails(error: unknown): readonly string[] {
  const subject = error instanceof ExecFailedError ? error.cause : error;
  if (!(subject instanceof LettsError)) return [];
  return [
    ...(subject.details === undefined ? [] : [`details ${JSON.stringify(subject.details)}`]),
    ...(subject.retryAfterMs === undefined ? [] : [`retry after ${subject.retryAfterMs} ms`]),
    ...(subject.cause instanceof Error ? [`cause ${subject.cause.message}`] : []),
  ].map(withoutPasswords);
}

function httpText(error: HttpError, config: LettsConfig | undefined): string {
  const start = `dugdale ${addressOf(error, config)} ${error.status}`;
  if (error.code === `http_${error.status}`) return start;
  const prefix = `${error.host === undefined ? "" : `[${error.host}] `}HTTP ${error.status} ${error.code}: `;
  return `${start}: ${error.code} — ${withoutPrefix(error.message, prefix)}`;
}

/** The client puts the host before its message; here it is printed elsewhere. */
function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function addressOf(error: LettsError, config: LettsConfig | undefined): string {
  const { host } = error;
  return host === undefined ? "(unknown)" : baseUrlOf(host, config)?.href.replace(/\/$/, "") ?? host;
}

/** Id and address, such as `s1 (127.0.0.1:7180)`. */
function placeOf({ host = "(unknown)" }: LettsError, config: LettsConfig | undefined): string {
  const url = baseUrlOf(host, config);
  if (url === undefined) return host;
  const isPlain = url.protocol === "http:" && url.pathname === "/";
  return `${host} (${isPlain ? url.host : url.href.replace(/\/$/, "")})`;
}

function baseUrlOf(host: string, config: LettsConfig | undefined): URL | undefined {
  try {
    return config?.baseUrl(config.dugdale(host));
  } catch {
    return undefined; // the first error matters more than a second one about the address
  }
}
