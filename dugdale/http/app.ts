import type { ProblemCode } from "../../protocol/problem.ts";
import type { Route } from "../../protocol/routes.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import { problem } from "./answer.ts";
import { assertAnnouncedSize } from "./body.ts";
import { Call, type Caller, type Handler } from "./call.ts";
import type { ProblemError } from "../problem_error.ts";
import { toProblem } from "./failure.ts";
import { type Match, Router } from "./router.ts";

/** The part of a route that a server needs. */
export type ServedRoute<Body = unknown, Query = unknown> = Pick<
  Route<unknown, Body, Query>,
  "method" | "path" | "bodyLimit" | "body" | "query" | "reply"
>;

/** Routes by name. */
export type RouteTable = Readonly<Record<string, ServedRoute>>;

/** One handler for each route; a missing one is a type error. */
export type Handlers<Table extends RouteTable> = {
  readonly [Key in keyof Table]: Table[Key] extends ServedRoute<infer Body, infer Query>
    ? Handler<Body, Query>
    : never;
};

/** The end of a request, for metrics. */
export interface RequestEnd<Key extends string = string> {
  /** Undefined if no route matches. */
  readonly key: Key | undefined;
  /** Path template of the route, or `_unmatched`. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  /** Error code; undefined if the request was not rejected. */
  readonly refusal: ProblemCode | undefined;
}

/** Information about a request from the server. */
export type Connection = Pick<Deno.ServeHandlerInfo<Deno.NetAddr>, "remoteAddr" | "completed">;

/** Parts of an application. */
export interface AppParts<Table extends RouteTable> {
  readonly routes: Table;
  readonly handlers: Handlers<Table>;
  /** Admits a request. @throws {ProblemError} When it is rejected. */
  readonly admit: (request: Request, key: keyof Table & string, connection: Connection) => Caller;
  /** Limits of bodies, in bytes. */
  readonly limits: Readonly<Record<NonNullable<Route["bodyLimit"]>, number>>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when a request that was admitted is refused. */
  readonly onRefused?:
    | ((key: keyof Table & string, caller: Caller, problem: ProblemError) => void)
    | undefined;
  readonly onEnd: (end: RequestEnd<keyof Table & string>) => void;
}

/** Routes a request to its handler: route, admission, body limit, handler. */
export class App<Table extends RouteTable> {
  readonly #parts: AppParts<Table>;
  readonly #router: Router<keyof Table & string>;

  constructor(parts: AppParts<Table>) {
    this.#parts = parts;
    this.#router = new Router(parts.routes);
  }

  /** Answers a request. Never rejects. */
  async answer(request: Request, connection: Connection): Promise<Response> {
    const { clock, log, routes } = this.#parts;
    const sinceMs = clock.steadyMs();
    const { pathname, query } = splitUrl(request.url);
    let match: Match<keyof Table & string> | undefined;
    let response: Response;
    let refusal: ProblemCode | undefined;
    let caller: Caller | undefined;
    try {
      match = this.#router.match(request.method, pathname);
      caller = this.#parts.admit(request, match.route, connection);
      response = await this.#handle(request, match, query, caller);
    } catch (error) {
      const refused = toProblem(error, match?.route ?? "route", log);
      refusal = refused.code;
      if (match !== undefined && caller !== undefined) this.#parts.onRefused?.(match.route, caller, refused);
      response = problem(refused);
      if (refusal === "method_not_allowed") {
        response.headers.set("allow", String(refused.details?.allow).replaceAll(",", ", "));
      }
    }
    const key = match?.route;
    const seen = { key, method: request.method, status: response.status, refusal };
    const end = (): void => this.#end(pathname, seen, clock.steadyMs() - sinceMs);
    // A stream has only begun; it ends when all of it is sent, or when the client has disconnected.
    if (key !== undefined && response.ok && routes[key]?.reply === undefined) {
      connection.completed.then(end, end);
    } else end();
    return response;
  }

  #end(
    pathname: string,
    seen: Omit<RequestEnd<keyof Table & string>, "route" | "durationMs">,
    durationMs: number,
  ): void {
    const { log, onEnd, routes } = this.#parts;
    const { key, method, status } = seen;
    log.info("request", {
      method,
      path: pathname,
      status,
      duration_ms: Math.round(durationMs),
      mission_id: pathname.includes("/missions/") ? /\/missions\/([^/]+)/.exec(pathname)?.[1] : undefined,
    });
    onEnd({ ...seen, route: key === undefined ? "_unmatched" : routes[key]!.path, durationMs });
  }

  async #handle(
    request: Request,
    { route: key, path }: Match<keyof Table & string>,
    query: string,
    caller: Caller,
  ): Promise<Response> {
    const { clock, handlers, limits, routes } = this.#parts;
    const route = routes[key]!;
    const limitBytes = route.bodyLimit === undefined ? 0 : limits[route.bodyLimit];
    if (route.bodyLimit !== undefined) await assertAnnouncedSize(request, limitBytes);
    // The table guarantees that a route's types are those of its handler.
    const handler = handlers[key] as Handler;
    return await handler(new Call({ request, caller, path, route, query, limitBytes, clock }));
  }
}

/** Path and query of a request's URL, which is always absolute, without a full parse. */
function splitUrl(url: string): { pathname: string; query: string } {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("?", start);
  return end === -1
    ? { pathname: url.slice(start), query: "" }
    : { pathname: url.slice(start, end), query: url.slice(end + 1) };
}
