import type { ProblemCode } from "../../protocol/problem.ts";
import type { MissionKind } from "../../protocol/mission.ts";
import type { BodyOf, QueryOf, Route, RouteKey, Scope } from "../../protocol/routes.ts";
import type { Clock } from "../host/clock.ts";
import { readBody } from "./body.ts";
import { readQuery } from "./query.ts";
import { RequestBody } from "./request_body.ts";
import type { KnownToken } from "./rights.ts";

/** The sender of a request. */
export interface Caller {
  /** The scope under which the token is admitted; `none` on routes that need no token. */
  readonly scope: Scope | "none";
  /** The only kind of missions that it may see. Default both. */
  readonly kind?: MissionKind | undefined;
  /** Absent on routes that need none. */
  readonly token?: KnownToken | undefined;
  /** The peer's address, `host:port`. */
  readonly address: string;
  /** The client's address, which behind a trusted proxy differs from the peer's. */
  readonly ip: string;
}

/** What a caller is called in the log: its token, which may have a name, or only a scope. */
export function actorOf({ scope, token }: Pick<Caller, "scope" | "token">): string {
  return token?.name ?? (scope === "none" ? "anonymous" : `${scope}-token`);
}

/** The part of a route that defines how its requests are read. */
export type RequestShape<Body, Query> = Pick<Route<unknown, Body, Query>, "body" | "query">;

/** Parts of a call. */
export interface CallParts<Body, Query> {
  readonly request: Request;
  readonly caller: Caller;
  readonly path: Readonly<Record<string, string>>;
  readonly route: RequestShape<Body, Query>;
  /** As in the URL, without the question mark. Most requests have none. */
  readonly query: string;
  /** Maximum length of the body, in bytes. */
  readonly limitBytes: number;
  readonly clock: Clock;
}

/** One admitted request, with query and body not read yet. */
export class Call<Body = unknown, Query = unknown> {
  readonly request: Request;
  readonly caller: Caller;
  /** The `:name` segments of the path, percent-decoded. */
  readonly path: Readonly<Record<string, string>>;
  readonly #parts: CallParts<Body, Query>;

  constructor(parts: CallParts<Body, Query>) {
    this.request = parts.request;
    this.caller = parts.caller;
    this.path = parts.path;
    this.#parts = parts;
  }

  /**
   * Parses the query.
   *
   * @param code Error code of an invalid parameter. Default `bad_request`.
   * @throws {ProblemError} With that code.
   */
  query(code?: ProblemCode): Query {
    const { route, query } = this.#parts;
    if (route.query === undefined) throw new TypeError("the route has no query");
    return readQuery(route.query, new URLSearchParams(query), code);
  }

  /**
   * Parses the JSON body.
   *
   * @param code Error code of an incomplete or invalid body. Default `bad_request`.
   * @throws {ProblemError} With that code, or `payload_too_large` beyond the route's limit.
   */
  async body(code?: ProblemCode): Promise<RequestBody<Body>> {
    const { body } = this.#parts.route;
    if (body === undefined || body === "bytes") throw new TypeError("the route has no JSON body");
    return RequestBody.read(await this.bytes(code), body, code);
  }

  /** Reads the whole body. @throws {ProblemError} As {@linkcode body}. */
  bytes(code: ProblemCode = "bad_request"): Promise<Uint8Array> {
    const { limitBytes, clock } = this.#parts;
    return readBody(this.request, { limitBytes, code, clock });
  }

  /** Aborts when the client disconnects before the response. Created on first access, because it is expensive. */
  readonly gone = (): AbortSignal =>
    // `completed` resolves only after the response. Without the setting `no-legacy-abort` the signal aborts after a
    // complete response too, and the runtime warns about that once.
    this.request.signal;
}

/** Answers a request; a thrown {@linkcode ProblemError} becomes the error body. */
export type Handler<Body = unknown, Query = unknown> = (
  call: Call<Body, Query>,
) => Response | Promise<Response>;

/** The handlers of some routes of a dugdale; a missing one is a type error. */
export type RouteHandlers<Key extends RouteKey = RouteKey> = {
  readonly [R in Key]: Handler<BodyOf<R>, QueryOf<R>>;
};
