import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import { type Route, type RouteKey, ROUTES } from "../../protocol/routes.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import { ProblemError } from "../problem_error.ts";
import { ClientAddress } from "./address.ts";
import type { Connection } from "./app.ts";
import type { Refusal } from "./audit.ts";
import { type Admitted, type Guarded, RefusedTokenError, Tokens, UnknownTokenError } from "./auth.ts";
import { Backoff } from "./backoff.ts";
import type { Caller } from "./call.ts";

/** The routes that need a token. */
export const GUARDED: Readonly<Partial<Record<RouteKey, Guarded>>> = Object.fromEntries(
  Object.entries<Route>(ROUTES).flatMap(([key, route]) => {
    const { scope } = route;
    return scope === "none" ? [] : [[key, { ...route, scope }]];
  }),
);
/** Where it is not open to all. */
const METRICS: Guarded = { ...ROUTES.metrics, scope: [] };

/** Decides which requests a dugdale accepts: back-off, token, scope. */
export class Gate {
  readonly #config: DugdaleConfig;
  #tokens: Tokens;
  readonly #backoff: Backoff;
  readonly #address: ClientAddress;
  readonly #nowMs: () => number;

  readonly #onRefused: ((refusal: Refusal) => void) | undefined;

  /** @param onRefused Called for requests that are refused because of their token. */
  constructor(config: DugdaleConfig, clock: Clock, log: Log, onRefused?: (refusal: Refusal) => void) {
    this.#onRefused = onRefused;
    this.#config = config;
    this.#tokens = new Tokens(config);
    this.#backoff = new Backoff(clock);
    this.#nowMs = () => clock.wallMs();
    this.#address = new ClientAddress(config.network, log);
  }

  /** Accepts the tokens of the current configuration only. */
  reload(): void {
    this.#tokens = new Tokens(this.#config);
  }

  /** @throws {ProblemError} `feature_disabled`, `rate_limited`, `unauthorized`, `forbidden` */
  readonly admit = (
    request: Request,
    key: RouteKey,
    { remoteAddr: peer }: Pick<Connection, "remoteAddr">,
  ): Caller => {
    if (key === "execDispatch" && !this.#config.exec.enabled) {
      throw new ProblemError("feature_disabled", "commands are not accepted: exec.enabled is false");
    }
    const ip = this.#address.of(peer.hostname, request.headers);
    const address = `${peer.hostname}:${peer.port}`;
    const guarded = key === "metrics" && !this.#config.network.openMetrics ? METRICS : GUARDED[key];
    if (guarded === undefined) return { scope: "none", address, ip };
    try {
      return { ...this.#authorize(request.headers, guarded, ip), address, ip };
    } catch (error) {
      if (error instanceof ProblemError) this.#refused(error, guarded, ip);
      throw error;
    }
  };

  #refused(problem: ProblemError, { method, path: route }: Guarded, address: string): void {
    const actor = problem instanceof RefusedTokenError ? problem.actor : "anonymous";
    this.#onRefused?.({ actor, address, method, route, problem });
  }

  /** A valid token is always admitted: only wrong ones count, and only wrong ones have to wait. */
  #authorize(headers: Headers, route: Guarded, ip: string): Admitted {
    try {
      const admitted = this.#tokens.admit(headers, route, this.#nowMs);
      this.#backoff.succeeded(ip);
      return admitted;
    } catch (error) {
      if (error instanceof UnknownTokenError) this.#countGuess(ip);
      throw error;
    }
  }

  #countGuess(ip: string): void {
    const waitMs = this.#backoff.remainingMs(ip);
    if (waitMs === 0) return this.#backoff.failed(ip);
    throw new ProblemError("rate_limited", "too many wrong tokens from this address", {
      retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)),
    });
  }
}
