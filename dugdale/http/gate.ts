import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import { type RouteKey, ROUTES, type Scope } from "../../protocol/routes.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import { ProblemError } from "../problem_error.ts";
import { ClientAddress } from "./address.ts";
import type { Connection } from "./app.ts";
import { Tokens, UnknownTokenError } from "./auth.ts";
import { Backoff } from "./backoff.ts";
import type { Caller } from "./call.ts";

/** Decides which requests a dugdale accepts: back-off, token, scope. */
export class Gate {
  readonly #config: DugdaleConfig;
  #tokens: Tokens;
  readonly #backoff: Backoff;
  readonly #address: ClientAddress;

  constructor(config: DugdaleConfig, clock: Clock, log: Log) {
    this.#config = config;
    this.#tokens = new Tokens(config);
    this.#backoff = new Backoff(clock);
    this.#address = new ClientAddress(config.network, log);
  }

  /** Accepts the tokens that the configuration has now, and no others. */
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
    const { scope: allowed } = ROUTES[key];
    const ip = this.#address.of(peer.hostname, request.headers);
    const scope = allowed === "none" ? allowed : this.#authorize(request.headers, allowed, ip);
    return { scope, address: `${peer.hostname}:${peer.port}`, ip };
  };

  /** A right token is always let in: only wrong ones count, and only wrong ones have to wait. */
  #authorize(headers: Headers, allowed: readonly Scope[], ip: string): Scope {
    try {
      const scope = this.#tokens.scope(headers, allowed);
      this.#backoff.succeeded(ip);
      return scope;
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
