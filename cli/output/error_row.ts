/**
 * A failure on one dugdale, for programs.
 *
 * @module
 */
import { ArgumentError, HttpError, StagingError, WaitTimeoutError } from "../../client/errors.ts";
import { ConfigError } from "../../config/config_error.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import { shortText } from "./error_text.ts";
import { UsageError } from "../errors.ts";

/** Kinds of failures. */
export type ErrorKind = "bad_request" | "unauthorized" | "wait_timeout" | "config" | "transport";

/** The members that describe a failure, in order. */
export interface ErrorRow {
  readonly error: ErrorKind;
  readonly message: string;
  readonly http_status?: number;
  readonly error_code?: string;
}

/** The row for a thrown value. */
export function errorRow(error: unknown, config: LettsConfig): ErrorRow {
  return {
    error: errorKind(error),
    message: shortText(error, config),
    ...(error instanceof HttpError ? { http_status: error.status, error_code: error.code } : {}),
  };
}

function errorKind(error: unknown): ErrorKind {
  if (error instanceof HttpError) {
    if (error.status === 401 || error.status === 403) return "unauthorized";
    return error.status < 500 ? "bad_request" : "transport";
  }
  if (error instanceof UsageError || error instanceof ArgumentError) return "bad_request";
  if (error instanceof StagingError && error.code === "file_unreadable") return "bad_request";
  if (error instanceof WaitTimeoutError) return "wait_timeout";
  if (error instanceof ConfigError) return "config";
  return "transport";
}
