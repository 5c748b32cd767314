import type { DugdaleConfig } from "../../config/dugdale_yaml.ts";
import { type RouteKey, ROUTES, type Scope } from "../../protocol/routes.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import { ProblemError } from "../problem_error.ts";
import { ClientAddress } from "./address.ts";
import { problem } from "./answer.ts";
import { Tokens } from "./auth.ts";
import { Backoff } from "./backoff.ts";
import { readBody, refuseAnnounced } from "./body.ts";
import type { Call, Caller, Handler } from "./call.ts";
import { toProblem } from "./failure.ts";
import { type Match, matchRoute } from "./router.ts";

/** One handler for each route; a route without one does not compile. */
export type Handlers = { readonly [R in RouteKey]: Handler };

/** The end of a request, for metrics. */
export interface RequestEnd {
  /** Template of the route, or `_unmatched`. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  /** Whether an admin route was refused for want of a known token. */
  readonly adminAuthFailure: boolean;
}

/** What a server knows of a request beside the request. */
export type Connection = Pick<Deno.ServeHandlerInfo<Deno.NetAddr>, "remoteAddr" | "completed">;

/** What the application is built of. */
export interface AppParts {
  readonly config: DugdaleConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly handlers: Handlers;
  readonly onEnd: (end: RequestEnd) => void;
}

/** From a request to its answer: route, back-off, token, scope, body limit, handler. */
export class App {
  readonly #parts: AppParts;
  readonly #tokens: Tokens;
  readonly #backoff: Backoff;
  readonly #address: ClientAddress;

  constructor(parts: AppParts) {
    this.#parts = parts;
    this.#tokens = new Tokens(parts.config);
    this.#backoff = new Backoff(parts.clock);
    this.#address = new ClientAddress(parts.config.network, parts.log);
  }

  /** Answers a request. Never rejects. */
  async answer(request: Request, connection: Connection): Promise<Response> {
    const sinceMs = this.#parts.clock.steadyMs();
    const { pathname, query } = splitUrl(request.url);
    let match: Match | undefined;
    let response: Response;
    let adminAuthFailure = false;
    try {
      match = matchRoute(request.method, pathname);
      response = await this.#handle(request, match, query, connection);
    } catch (error) {
      const refusal = toProblem(error, match?.route ?? "route", this.#parts.log);
      adminAuthFailure = refusal.code === "unauthorized" && match !== undefined && isAdminRoute(match.route);
      response = problem(refusal);
      if (refusal.code === "method_not_allowed") {
        response.headers.set("allow", String(refusal.details?.allow).replaceAll(",", ", "));
      }
    }
    const seen = { method: request.method, pathname, match, status: response.status, adminAuthFailure };
    const end = (): void => this.#end(seen, this.#parts.clock.steadyMs() - sinceMs);
    // A stream has only begun; it ends when all of it is sent, or when nobody listens any more.
    if (match !== undefined && response.ok && ROUTES[match.route].reply === undefined) {
      connection.completed.then(end, end);
    } else end();
    return response;
  }

  #end({ pathname, match, ...seen }: Seen, durationMs: number): void {
    const { log, onEnd } = this.#parts;
    const { method, status } = seen;
    log.info("request", {
      method,
      path: pathname,
      status,
      duration_ms: Math.round(durationMs),
      mission_id: /\/missions\/([^/]+)/.exec(pathname)?.[1],
    });
    onEnd({ ...seen, route: match ? ROUTES[match.route].path : "_unmatched", durationMs });
  }

  async #handle(request: Request, match: Match, query: string, connection: Connection): Promise<Response> {
    const peer = connection.remoteAddr;
    const { config, handlers } = this.#parts;
    const route = ROUTES[match.route];
    if (match.route === "execDispatch" && !config.exec.enabled) {
      throw new ProblemError("feature_disabled", "commands are not taken here: exec.enabled is false");
    }
    const ip = this.#address.of(peer.hostname, request.headers);
    const scope = route.scope === "none"
      ? "none"
      : this.#authorize(request.headers, route.scope, route.guarded, ip);
    const caller: Caller = { scope, address: `${peer.hostname}:${peer.port}`, ip };
    const limit = route.bodyLimit === undefined ? 0 : config.limits[route.bodyLimit];
    if (route.bodyLimit !== undefined) await refuseAnnounced(request, limit);
    const call: Call = {
      request,
      caller,
      path: match.path,
      query: new URLSearchParams(query),
      body: (code = "bad_request") => readBody(request, limit, code),
      // `completed` would tell only after the answer. Without the setting `no-legacy-abort` the signal aborts after a
      // good answer too, when nobody listens any more, and the runtime says so once.
      gone: () => request.signal,
    };
    return await handlers[match.route](call);
  }

  #authorize(headers: Headers, allowed: readonly Scope[], guarded: boolean, ip: string): Scope {
    const waitMs = guarded ? this.#backoff.remainingMs(ip) : 0;
    if (waitMs > 0) {
      throw new ProblemError("rate_limited", "too many wrong tokens from this address", {
        retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)),
      });
    }
    try {
      const scope = this.#tokens.scope(headers, allowed);
      if (guarded) this.#backoff.succeeded(ip);
      return scope;
    } catch (error) {
      if (guarded && error instanceof ProblemError && error.code === "unauthorized") this.#backoff.failed(ip);
      throw error;
    }
  }
}

/** What there is to tell of a request at its end. */
interface Seen extends Pick<RequestEnd, "method" | "status" | "adminAuthFailure"> {
  readonly pathname: string;
  readonly match: Match | undefined;
}

function isAdminRoute(route: RouteKey): boolean {
  const { scope } = ROUTES[route];
  return scope !== "none" && scope.length === 0;
}

/** Path and query of a request's URL, which is always absolute, without the cost of parsing it whole. */
function splitUrl(url: string): { pathname: string; query: string } {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  const end = url.indexOf("?", start);
  return end === -1
    ? { pathname: url.slice(start), query: "" }
    : { pathname: url.slice(start, end), query: url.slice(end + 1) };
}
