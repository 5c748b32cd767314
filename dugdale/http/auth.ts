import { createHash, timingSafeEqual } from "node:crypto";
import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import type { MissionKind } from "../../protocol/mission.ts";
import type { Route } from "../../protocol/routes.ts";
import { type Scope, SCOPES } from "../../protocol/whoami.ts";
import { ProblemError } from "../problem_error.ts";
import { type KnownToken, TokenLimits } from "./rights.ts";

const digest = (token: string): Uint8Array => createHash("sha256").update(token).digest();

/** The token is unknown. */
export class UnknownTokenError extends ProblemError {
  constructor() {
    super("unauthorized", "unknown token");
  }
}

/** A known token may not do this. */
export class RefusedTokenError extends ProblemError {
  /** The name of the token, or what it is called by its scope. */
  readonly actor: string;

  constructor(actor: string, ...problem: ConstructorParameters<typeof ProblemError>) {
    super(...problem);
    this.actor = actor;
  }
}

/** What a token may do on a route. */
export interface Admitted {
  /** Under which of its scopes it is admitted. */
  readonly scope: Scope;
  /** The only kind of missions that it may see; undefined for both. */
  readonly kind: MissionKind | undefined;
  readonly token: KnownToken;
}

/** The part of a route that says who may call it. */
export type Guarded = Pick<Route, "method" | "path" | "narrowed"> & { readonly scope: readonly Scope[] };

const KIND_OF: Readonly<Record<Scope, MissionKind | undefined>> = {
  dispatch: "mission",
  exec: "exec",
  admin: undefined,
};

/** One entry of the configuration. */
interface Entry {
  readonly digests: readonly Uint8Array[];
  readonly token: KnownToken;
}

/** The tokens of a configuration. */
export type TokenConfig =
  & Pick<DugdaleConfig, "tokens">
  & Readonly<Record<"auth" | "admin" | "exec", { readonly tokens: readonly string[] }>>;

/** The tokens of a dugdale, compared in constant time. */
export class Tokens {
  readonly #entries: readonly Entry[];
  /** What tokens that were right before are: there are no more of these than tokens in the configuration. */
  readonly #known = new Map<string, KnownToken>();

  constructor({ auth, exec, admin, tokens }: TokenConfig) {
    const entry = (list: readonly string[], token: KnownToken): Entry => ({
      digests: list.filter((token) => token !== "").map(digest),
      token,
    });
    const ofScope = (scope: Scope, list: readonly string[]): Entry =>
      entry(list, {
        name: undefined,
        scopes: [scope],
        readOnly: false,
        expiresMs: undefined,
        limits: undefined,
      });
    this.#entries = [
      ofScope("dispatch", auth.tokens),
      ofScope("exec", exec.tokens),
      ofScope("admin", admin.tokens),
      ...tokens.map((named) => {
        const { name, scopes, readOnly, expiresMs, lanes, missions } = named;
        const limits = lanes === undefined && missions === undefined ? undefined : new TokenLimits(named);
        return entry(named.tokens, { name, scopes, readOnly, expiresMs, limits });
      }),
    ];
  }

  /**
   * Admits a request to a route, or not.
   *
   * @param nowMs Asked only when the token expires at some time.
   * @throws {ProblemError} `unauthorized` without a token or with one that has expired, {@linkcode UnknownTokenError} with
   * an unknown one, `forbidden` with one that may not call the route.
   */
  admit(headers: Headers, route: Guarded, nowMs: () => number): Admitted {
    const header = headers.get("authorization") ?? "";
    const text = header.startsWith("Bearer ") ? header.slice("Bearer ".length).trim() : "";
    if (text === "") {
      throw new ProblemError("unauthorized", "a token is required: Authorization: Bearer <token>");
    }
    const token = this.#known.get(text) ?? this.#compare(text);
    const { scopes, name } = token;
    const scope = scopes.includes("admin") ? "admin" : route.scope.find((scope) => scopes.includes(scope));
    if (name !== undefined) assertAdmitted(token, name, scope, route, nowMs);
    else if (scope === undefined) {
      const actor = `${scopes[0]}-token`;
      throw new RefusedTokenError(actor, "forbidden", "the scope of this token does not allow this route");
    }
    // A token in the lists of two scopes is one of the first that the route allows; a named one has all of its scopes.
    const hasBoth = name !== undefined && scopes.includes("dispatch") && scopes.includes("exec");
    return { scope: scope!, kind: hasBoth ? undefined : KIND_OF[scope!], token };
  }

  #compare(text: string): KnownToken {
    const sent = digest(text);
    const found = this.#entries.filter(({ digests }) =>
      digests.reduce((found, known) => timingSafeEqual(known, sent) || found, false)
    );
    const [first] = found;
    if (first === undefined) throw new UnknownTokenError();
    // A configuration that was not read from a file may have a named token among those of a scope: its limits count.
    const named = found.find(({ token }) => token.name !== undefined);
    const scopes = SCOPES.filter((scope) => found.some(({ token }) => token.scopes.includes(scope)));
    const token = named?.token ?? { ...first.token, scopes };
    this.#known.set(text, token);
    return token;
  }
}

/** @throws {ProblemError} */
function assertAdmitted(
  { scopes, readOnly, expiresMs, limits }: KnownToken,
  name: string,
  scope: Scope | undefined,
  { method, path, narrowed, scope: allowed }: Guarded,
  nowMs: () => number,
): void {
  if (expiresMs !== undefined && nowMs() >= expiresMs) {
    throw new RefusedTokenError(
      name,
      "unauthorized",
      `the token ${name} has expired on ${new Date(expiresMs).toISOString()}`,
      { details: { token: name, expired_at: expiresMs } },
    );
  }
  const refuse = (reason: string): never => {
    throw new RefusedTokenError(
      name,
      "forbidden",
      `the token ${name} may not call ${method} ${path}: ${reason}`,
      {
        details: { token: name },
      },
    );
  };
  if (scope === undefined) {
    refuse(
      `it has the scope ${scopes.join(", ")}, and the route needs ${[...allowed, "admin"].join(" or ")}`,
    );
  }
  if (readOnly && method !== "GET" && method !== "HEAD") refuse("it may only read");
  if (limits !== undefined && !narrowed) {
    const to = [
      ...limits.lanes === undefined ? [] : ["lanes"],
      ...limits.missions === undefined ? [] : ["missions"],
    ];
    refuse(`it is limited to some ${to.join(" and ")}`);
  }
}
