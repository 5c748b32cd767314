/**
 * Who has signed in.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { getCookies } from "@std/http/cookie";
import type { LettsClient } from "../client/client.ts";
import type { Clock } from "../dugdale/host/clock.ts";
import type { WhoamiReply } from "../protocol/whoami.ts";

/** The cookie of a session; scripts cannot read it. */
export const SESSION_COOKIE = "letts_session";
/** The cookie that a script sends back as a header. */
export const CSRF_COOKIE = "letts_csrf";

/** Clients with the tokens of one user. */
export interface Clients extends AsyncDisposable {
  /** For reads: with the deadline of a fan-out, and one more try. */
  readonly reads: LettsClient;
  /** For changes and streams: patient, and never sent twice. */
  readonly changes: LettsClient;
}

/** One signed-in browser. */
export interface Session {
  readonly id: string;
  readonly clients: Clients;
  /** What its tokens may do, by dugdale; a dugdale that could not tell is absent. */
  readonly rights: ReadonlyMap<string, WhoamiReply>;
}

const SESSIONS_MAX = 100;
const IDLE_MS = 12 * 60 * 60 * 1000;

/** Whether two texts are equal, in constant time. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** 32 random bytes, in hex. */
export function randomSecret(): string {
  return randomBytes(32).toString("hex");
}

/** The cookies of a request; none when their header is malformed. */
export function cookiesOf(headers: Headers): Readonly<Record<string, string>> {
  try {
    return getCookies(headers);
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The sessions of a UI, in memory only. */
export class Sessions implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, { readonly session: Session; untilMs: number }>();
  #key: string | undefined;

  /** @param hasLink Whether a link signs in once. */
  constructor(clock: Clock, hasLink: boolean) {
    this.#clock = clock;
    this.#key = hasLink ? randomSecret() : undefined;
  }

  /** The key of the one-time link; undefined when there is none, and once it was used. */
  get key(): string | undefined {
    return this.#key;
  }

  /** Whether the key is right; it is valid once. */
  useKey(key: string): boolean {
    if (this.#key === undefined || !sameText(key, this.#key)) return false;
    this.#key = undefined;
    return true;
  }

  /** Begins a session. The one that was idle for the longest time ends when there are too many. */
  async begin(clients: Clients, rights: ReadonlyMap<string, WhoamiReply>): Promise<Session> {
    const session = { id: randomSecret(), clients, rights };
    const nowMs = this.#clock.steadyMs();
    this.#sessions.set(session.id, { session, untilMs: nowMs + IDLE_MS });
    const all = [...this.#sessions.values()].sort((a, b) => a.untilMs - b.untilMs);
    const over = all.filter(({ untilMs }, at) => untilMs <= nowMs || at < all.length - SESSIONS_MAX);
    for (const old of over) await this.end(old.session);
    return session;
  }

  /** The session of a request; undefined when it has none. */
  find(request: Request): Session | undefined {
    const id = cookiesOf(request.headers)[SESSION_COOKIE];
    const known = id === undefined ? undefined : this.#sessions.get(id);
    const nowMs = this.#clock.steadyMs();
    if (known === undefined || known.untilMs <= nowMs) return undefined;
    known.untilMs = nowMs + IDLE_MS;
    return known.session;
  }

  /** Ends a session and its calls. */
  async end({ id, clients }: Session): Promise<void> {
    this.#sessions.delete(id);
    await clients[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { session } of [...this.#sessions.values()]) await this.end(session);
  }
}
