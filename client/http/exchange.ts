/**
 * One request and its response: timeout, abort, and error conversion.
 *
 * @module
 */
import { LinkedAbort, orAborted } from "../abort.ts";
import { toHttpError } from "./answer.ts";
import { NetworkError } from "../errors.ts";
import { LettsError, type LettsErrorFacts } from "../../protocol/letts_error.ts";
import { IdleLimit } from "./idle_limit.ts";
import { GuardedReply } from "./reply.ts";

/** Limits of an exchange. */
export interface ExchangeOptions {
  /** Each of these aborts the exchange, including its body. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** Idle time after which the exchange counts as broken. */
  readonly idleMs: number;
  readonly facts: LettsErrorFacts & { readonly host: string };
}

/** Sends a request; reported progress restarts the timeout. */
export type Send = (signal: AbortSignal, onProgress: () => void) => Promise<Response>;

/**
 * Sends one request. The reply's body must be read to its end or cancelled.
 *
 * @throws {HttpError} When the response is not successful.
 * @throws {NetworkError} When there is no response.
 */
export async function exchange(
  { signals, idleMs, facts }: ExchangeOptions,
  send: Send,
): Promise<GuardedReply> {
  const abort = new LinkedAbort(...signals);
  const idle = new IdleLimit(
    abort,
    idleMs,
    () => new NetworkError(`no response within ${idleMs} ms`, facts, "timeout"),
  );
  idle.begin();
  try {
    const response = await answered(send(abort.signal, () => idle.begin()), abort.signal);
    idle.end();
    const reply = new GuardedReply(response, { abort, idleMs, facts });
    if (!response.ok) throw await toHttpError(reply, facts);
    return reply;
  } catch (error) {
    abort.release();
    if (error instanceof LettsError) throw error;
    if (abort.signal.aborted) throw abort.signal.reason;
    throw new NetworkError(describe(error), { ...facts, cause: error });
  }
}

/** The response, unless the signal aborts first; a late response is discarded. */
async function answered(sent: Promise<Response>, signal: AbortSignal): Promise<Response> {
  try {
    return await orAborted(sent, signal);
  } catch (error) {
    sent.then((late) => late.body?.cancel()).catch(() => {}); // it has failed already, with this error
    throw error;
  }
}

/** Network failures below HTTP, by the names that runtimes and the system use. */
const FAILURES: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/ECONNREFUSED|connection refused/i, "connection refused"],
  [/ENOTFOUND|EAI_AGAIN|failed to lookup address/i, "host name not found"],
  [/ETIMEDOUT|connection timed out/i, "connection timed out"],
  [/EHOSTUNREACH|no route to host/i, "no route to host"],
  [/ENETUNREACH|network is unreachable/i, "network is unreachable"],
  [/ECONNRESET|connection reset/i, "connection reset"],
  [/connection closed before message completed|socket hang up/i, "connection closed before the response"],
];

/** A short description of a network failure below HTTP. The outer message of `fetch` says only that it failed. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner: Error & { readonly code?: unknown } = error.cause instanceof Error ? error.cause : error;
  const known = FAILURES.find(([pattern]) => pattern.test(`${inner.code} ${inner.message}`));
  // The runtime's text begins with the URL; the message already names the host.
  return known?.[1] ?? inner.message.replace(/^error sending request .*?: (?=client error)/, "");
}
