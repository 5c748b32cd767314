import { createHash, timingSafeEqual } from "node:crypto";
import type { Scope } from "../../protocol/routes.ts";
import { ProblemError } from "../problem_error.ts";

const digest = (token: string): Uint8Array => createHash("sha256").update(token).digest();

/** An unknown token was sent. */
export class UnknownTokenError extends ProblemError {
  constructor() {
    super("unauthorized", "unknown token");
  }
}

/** The scopes of a token. */
type Held = Readonly<Record<Scope, boolean>>;

/** The tokens of each scope, compared in constant time. */
export class Tokens {
  readonly #digests: Readonly<Record<Scope, readonly Uint8Array[]>>;
  /** The scopes of tokens that were right before: there are no more of these than tokens in the configuration. */
  readonly #known = new Map<string, Held>();

  constructor(config: Readonly<Record<"auth" | "admin" | "exec", { readonly tokens: readonly string[] }>>) {
    const digests = (tokens: readonly string[]): Uint8Array[] =>
      tokens.filter((token) => token !== "").map(digest);
    this.#digests = {
      dispatch: digests(config.auth.tokens),
      exec: digests(config.exec.tokens),
      admin: digests(config.admin.tokens),
    };
  }

  /**
   * The scope of a request to a route that accepts `allowed`. Admin is accepted everywhere.
   *
   * @throws {ProblemError} `unauthorized` without a token, {@linkcode UnknownTokenError} with an unknown one, `forbidden` with one of another scope.
   */
  scope(headers: Headers, allowed: readonly Scope[]): Scope {
    const header = headers.get("authorization") ?? "";
    const token = header.startsWith("Bearer ") ? header.slice("Bearer ".length).trim() : "";
    if (token === "") {
      throw new ProblemError("unauthorized", "a token is required: Authorization: Bearer <token>");
    }
    const held = this.#known.get(token) ?? this.#compare(token);
    const scope = held.admin ? "admin" : allowed.find((scope) => held[scope]);
    if (scope !== undefined) return scope;
    if (held.dispatch || held.exec) {
      throw new ProblemError("forbidden", "the scope of this token does not allow this route");
    }
    throw new UnknownTokenError();
  }

  #compare(token: string): Held {
    const sent = digest(token);
    const has = (scope: Scope): boolean =>
      this.#digests[scope].reduce((found, known) => timingSafeEqual(known, sent) || found, false);
    const held: Held = { admin: has("admin"), dispatch: has("dispatch"), exec: has("exec") };
    if (held.admin || held.dispatch || held.exec) this.#known.set(token, held);
    return held;
  }
}
