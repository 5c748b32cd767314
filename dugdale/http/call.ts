import type { ProblemCode } from "../../protocol/problem.ts";
import type { Scope } from "../../protocol/routes.ts";
import { ProblemError } from "../problem_error.ts";

/** Who sends a request. */
export interface Caller {
  /** The scope of the token; `none` on routes that need no token. */
  readonly scope: Scope | "none";
  /** The peer's address, `host:port`. */
  readonly address: string;
  /** The client's address, which behind a trusted proxy is not the peer's. */
  readonly ip: string;
}

/** One checked request: routed, authenticated, with its body still to be read. */
export interface Call {
  readonly request: Request;
  readonly caller: Caller;
  /** The `:name` segments of the path, percent-decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /**
   * Reads the body whole.
   *
   * @param code Of a body that breaks off. Default `bad_request`.
   * @throws {ProblemError} With that code, or `payload_too_large` beyond the route's limit.
   */
  body(code?: ProblemCode): Promise<Uint8Array>;
  /** Aborts when the client leaves before its answer. Only to be asked for by who waits: making it costs. */
  readonly gone: () => AbortSignal;
}

/** Answers a request; a {@linkcode ProblemError} that it throws becomes the error body. */
export type Handler = (call: Call) => Response | Promise<Response>;

/** A query flag: true only when it says `true`, in any case. */
export function flag(query: URLSearchParams, name: string): boolean {
  return query.get(name)?.toLowerCase() === "true";
}

/** A positive page size of at most 1000; 100 when absent. @throws {ProblemError} `bad_request` */
export function pageLimit(query: URLSearchParams): number {
  const text = query.get("limit");
  if (text === null || text === "") return 100;
  const limit = /^\+?\d+$/.test(text) ? Number(text) : 0;
  if (limit <= 0) {
    throw new ProblemError("bad_request", `limit must be a positive integer, not ${JSON.stringify(text)}`);
  }
  return Math.min(limit, 1000);
}
