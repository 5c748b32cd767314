/**
 * Errors of the UI's API.
 *
 * @module
 */
import { AbortedError, ArgumentError, NetworkError } from "../client/errors.ts";
import { json } from "../dugdale/http/answer.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import { LettsError } from "../protocol/letts_error.ts";

/** A request that the UI refuses. */
export class Refusal extends Error {
  /** The name of the class. */
  override readonly name = "Refusal";
  /** HTTP status. */
  readonly status: number;
  /** Machine-readable reason. */
  readonly code: string;
  /** Facts for programs. */
  readonly details: Readonly<Record<string, JsonValue>> | undefined;

  /** The message is for people. */
  constructor(
    status: number,
    code: string,
    message: string,
    details?: Readonly<Record<string, JsonValue>>,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** The error as an answer. */
  response(): Response {
    return json({ error: this.code, message: this.message, details: this.details }, this.status);
  }
}

/** An error of the client as an answer: that of the dugdale is passed on, without its address. */
export function toRefusal(error: LettsError): Refusal {
  const { code, status, details } = error;
  if (status !== undefined) return new Refusal(status, code, messageOf(error), details);
  if (error instanceof ArgumentError) return new Refusal(400, "bad_request", error.message);
  if (error instanceof NetworkError) {
    return code === "timeout"
      ? new Refusal(504, "upstream_timeout", shortReason(error))
      : new Refusal(502, "upstream_error", shortReason(error));
  }
  if (error instanceof AbortedError) return new Refusal(503, "stopping", "the UI is stopping");
  return new Refusal(502, code, messageOf(error));
}

/** Why a dugdale is unavailable, in a few words: neither its address nor a token. */
export function shortReason(error: Error): string {
  if (!(error instanceof LettsError)) return "failed";
  if (error.status !== undefined) return `${error.status} ${error.code}`;
  if (error.code === "timeout") return "timed out";
  if (error.code !== "network") return error.code.replaceAll("_", " ");
  const texts: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) texts.push(cause.message);
  const text = texts.join(" ").toLowerCase();
  for (const known of ["connection refused", "connection reset", "dns error", "certificate"]) {
    if (text.includes(known)) return known;
  }
  return "not reachable";
}

/** The text of an error without the id of the dugdale in front, and without addresses. */
function messageOf({ message }: Error): string {
  return message.replace(/^\[[^\]]*\] /, "").replace(/https?:\/\/\S+/g, "the dugdale");
}
