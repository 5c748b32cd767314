import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import { type RouteKey, ROUTES, type Scope } from "../../protocol/routes.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import { ProblemError } from "../problem_error.ts";
import { ClientAddress } from "./address.ts";
import type { Connection } from "./app.ts";
import { Tokens } from "./auth.ts";
import { Backoff } from "./backoff.ts";
import type { Caller } from "./call.ts";

/** Decides which requests a dugdale accepts: back-off, token, scope. */
export class Gate {
  readonly #config: DugdaleConfig;
  readonly #tokens: Tokens;
  readonly #backoff: Backoff;
  readonly #address: ClientAddress;

  constructor(config: DugdaleConfig, clock: Clock, log: Log) {
    this.#config = config;
    this.#tokens = new Tokens(config);
    this.#backoff = new Backoff(clock);
    this.#address = new ClientAddress(config.network, log);
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
    const { scope: allowed, guarded } = ROUTES[key];
    const ip = this.#address.of(peer.hostname, request.headers);
    const scope = allowed === "none" ? allowed : this.#authorize(request.headers, allowed, guarded, ip);
    return { scope, address: `${peer.hostname}:${peer.port}`, ip };
  };

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
