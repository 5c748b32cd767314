/**
 * A dugdale for tests: in memory, without processes, sockets or files.
 *
 * @module
 */
import { Ids } from "../protocol/ids.ts";
import { problem } from "../dugdale/http/answer.ts";
import { systemClock } from "../dugdale/host/clock.ts";
import { Tokens } from "../dugdale/http/auth.ts";
import { Call, type Handler, type RouteHandlers } from "../dugdale/http/call.ts";
import { type Match, Router } from "../dugdale/http/router.ts";
import { ProblemError } from "../dugdale/problem_error.ts";
import { type Route, type RouteKey, ROUTES } from "../protocol/routes.ts";
import { FakeMissions } from "./fake_missions.ts";
import type { FakeEnd, FakeMission } from "./fake_mission.ts";
import { fakeRoutes } from "./fake_routes.ts";
import { FakeStaging } from "./fake_staging.ts";
import { type Fault, Faults, withFault } from "./faults.ts";
import type { FakeScript } from "./scripts.ts";

/** The tokens that a fake dugdale takes, by what they are good for. */
export interface FakeTokens {
  /** Default: none is good for this. */
  readonly dispatch?: string | undefined;
  /** As `dispatch`. */
  readonly exec?: string | undefined;
  /** As `dispatch`. */
  readonly admin?: string | undefined;
}

/** How to make a fake dugdale. */
export interface FakeDugdaleOptions {
  /** Default: every request is let in, as with an admin token. */
  readonly tokens?: FakeTokens | undefined;
}

/**
 * A dugdale for tests. It takes missions and commands, runs the scripts that the test gives for them, keeps files,
 * and fails when told to. Until a configuration is applied every lane is there and has room for everything; timeouts
 * never fire, queues never fill up, and nothing expires.
 *
 * @example
 * ```ts
 * const dugdale = new FakeDugdale();
 * dugdale.on("resize", ({ input, progress }) => {
 *   progress(0.5);
 *   return { bytes: 7 };
 * });
 * dugdale.fail({ route: "dispatch", code: "queue_full" });
 * ```
 */
export class FakeDugdale {
  readonly #missions: FakeMissions;
  readonly #router = new Router(ROUTES);
  readonly #routes: RouteHandlers;
  readonly #tokens: Tokens | undefined;
  readonly #faults = new Faults();
  readonly #requests: string[] = [];

  /** Makes one that knows no mission yet. */
  constructor({ tokens }: FakeDugdaleOptions = {}) {
    const ids = new Ids();
    const staging = new FakeStaging();
    const good = (token: string = "") => ({ tokens: [token] });
    this.#missions = new FakeMissions(staging, () => ids.mission());
    this.#routes = fakeRoutes({ missions: this.#missions, staging });
    this.#tokens = tokens &&
      new Tokens({ auth: good(tokens.dispatch), exec: good(tokens.exec), admin: good(tokens.admin) });
  }

  /** All missions that were taken, in that order. */
  get missions(): readonly FakeMission[] {
    return this.#missions.all;
  }

  /** Method and path with query of all requests so far. */
  get requests(): readonly string[] {
    return this.#requests;
  }

  /** Says what a mission does, or how it always ends. `exec` stands for every command. */
  on(mission: string, script: FakeScript | FakeEnd): this {
    this.#missions.scripts.set(mission, typeof script === "function" ? script : () => script);
    return this;
  }

  /** Says what all other missions do. Without this they fail. */
  onAnyOther(script: FakeScript | FakeEnd): this {
    this.#missions.fallback = typeof script === "function" ? script : () => script;
    return this;
  }

  /** Lets coming requests run into a fault. Faults are used up in the order in which they were added. */
  fail(fault: Fault): this {
    this.#faults.add(fault);
    return this;
  }

  /** Answers a request. Rejects, as `fetch` does, when a fault drops the connection. */
  async handle(request: Request): Promise<Response> {
    const { pathname, search, searchParams } = new URL(request.url);
    this.#requests.push(`${request.method} ${pathname}${search}`);
    return await refusing(async () => {
      const match = this.#router.match(request.method, pathname);
      const answer = () => refusing(() => this.#answer(request, match, searchParams));
      return await withFault(this.#faults.take(match.route), request.signal, answer);
    });
  }

  async #answer(
    request: Request,
    { route: key, path }: Match<RouteKey>,
    parameters: URLSearchParams,
  ): Promise<Response> {
    const route: Route = ROUTES[key];
    const { scope: allowed } = route;
    const scope = allowed === "none" ? allowed : this.#tokens?.scope(request.headers, allowed) ?? "admin";
    const caller = { scope, address: "", ip: "" };
    const handler = this.#routes[key] as Handler; // the table ties the shapes of a route to those of its handler
    return await handler(
      new Call({ request, caller, path, route, parameters, limitBytes: Infinity, clock: systemClock }),
    );
  }
}

/** What is refused becomes an answer. */
async function refusing(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ProblemError) return problem(error);
    throw error;
  }
}
