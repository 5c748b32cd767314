/**
 * One request to one dugdale: token, time limit, and the error that a failure is.
 *
 * @module
 */
import * as v from "valibot";
import { type Replies, type RouteKey, routePath, ROUTES, type Scope } from "../protocol/routes.ts";
import { LinkedAbort, orAborted } from "./abort.ts";
import { toHttpError } from "./answer.ts";
import type { DugdaleEntry } from "../config/dugdale_entry.ts";
import type { LettsConfig } from "../config/resolve.ts";
import { configured } from "./configuration.ts";
import { type Engine, type FileBody, openEngine, type Outgoing } from "./engine.ts";
import { AuthError, ConfigurationError, LettsError, NetworkError } from "./errors.ts";
import { retrying, type RetryPolicy } from "./retry.ts";
import { GuardedReply } from "./reply.ts";
import { readText } from "./text.ts";

/** The longest JSON answer that is read into memory. */
const REPLY_LIMIT_BYTES = 256 * 1024 * 1024;

/** What all connections of a client share. */
export interface ConnectionSettings {
  readonly retry: RetryPolicy;
  readonly requestTimeoutMs: number;
  readonly ignoreProxy: boolean;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly traceparent: (() => string | undefined) | undefined;
  /** Aborts when the client is released. */
  readonly closing: AbortSignal;
}

/** What goes with a route. */
export interface Call {
  /** Values of the `:name` segments. */
  readonly path?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** JSON body, as text: the same bytes on every try. */
  readonly body?: string | undefined;
  /** Tokens to try from left to right; the next one only when one is not configured, or is for the other kind. */
  readonly scopes: readonly Scope[];
  readonly signal?: AbortSignal | undefined;
  /** Time without an answer or a byte. Default: that of the client. `Infinity` waits as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** The mission that is meant, for errors. */
  readonly missionId?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** The way to one dugdale, with its tokens. */
export class Connection {
  /** Id of the dugdale. */
  readonly host: string;
  readonly retry: RetryPolicy;
  readonly #dugdale: DugdaleEntry;
  readonly #config: LettsConfig;
  readonly #settings: ConnectionSettings;
  readonly #base: string;
  readonly #engine: Engine;

  /** @throws {ConfigurationError} When address or proxy cannot be resolved. */
  constructor(dugdale: DugdaleEntry, config: LettsConfig, settings: ConnectionSettings) {
    this.host = dugdale.id;
    this.retry = settings.retry;
    this.#dugdale = dugdale;
    this.#config = config;
    this.#settings = settings;
    const base = configured(() => config.baseUrl(dugdale), this.host);
    const proxy = settings.ignoreProxy ? undefined : configured(() => config.proxy(dugdale), this.host);
    this.#base = `${base.origin}${base.pathname.replace(/\/+$/, "")}`;
    this.#engine = openEngine({ base, proxy, fetch: settings.fetch });
  }

  /** Makes a call that is answered with JSON, again when the route and the failure allow it. */
  json<R extends RouteKey>(route: R, call: Call): Promise<Replies[R]> {
    return this.#repeated(route, call, async () => {
      const reply = await this.once(route, call);
      return this.#parse(route, await this.#readAll(reply, call), call);
    });
  }

  /** As {@linkcode json}, for an answer that is wanted as the text that was sent. */
  text(route: RouteKey, call: Call): Promise<string> {
    return this.#repeated(route, call, async () => this.#readAll(await this.once(route, call), call));
  }

  /** Opens a stream or a file, again when the failure allows it. */
  open(route: RouteKey, call: Call): Promise<GuardedReply> {
    return this.#repeated(route, call, () => this.once(route, call));
  }

  /** Makes a call exactly once. The reply's body must be read to its end or cancelled. */
  once(route: RouteKey, call: Call): Promise<GuardedReply> {
    return this.#withScopes(
      call.scopes,
      (token) =>
        this.#exchange(call, (signal) => this.#engine.send(this.#outgoing(route, call, token, signal))),
    );
  }

  /** Sends a file as the body, exactly once. The time limit starts anew whenever bytes are taken. */
  onceWithFile(route: RouteKey, call: Call, file: Omit<FileBody, "onProgress">): Promise<GuardedReply> {
    return this.#withScopes(
      call.scopes,
      (token) =>
        this.#exchange(
          call,
          (signal, onProgress) =>
            this.#engine.sendFile(this.#outgoing(route, call, token, signal), {
              offset: file.offset,
              size: file.size,
              chunks: () => file.chunks(),
              onProgress,
            }),
        ),
    );
  }

  /** Lets go of the connections. */
  close(): void {
    this.#engine.close();
  }

  #repeated<Value>(route: RouteKey, call: Call, attempt: () => Promise<Value>): Promise<Value> {
    if (ROUTES[route].resend === "never") return attempt();
    return retrying({ policy: this.retry, signal: call.signal }, attempt);
  }

  async #withScopes<Value>(
    scopes: readonly Scope[],
    attempt: (token: string) => Promise<Value>,
  ): Promise<Value> {
    let failure: unknown = new ConfigurationError("no token is allowed for this call", { host: this.host });
    let answered = false;
    for (const scope of scopes) {
      let token: string;
      try {
        token = configured(() => this.#config.token(this.#dugdale, scope), this.host);
      } catch (error) {
        // What a dugdale said weighs more than the lack of one more token.
        if (!answered) failure = error;
        continue;
      }
      try {
        return await attempt(token);
      } catch (error) {
        if (!(error instanceof AuthError && error.code === "forbidden_kind")) throw error;
        failure = error;
        answered = true;
      }
    }
    throw failure;
  }

  #outgoing(route: RouteKey, call: Call, token: string, signal: AbortSignal): Outgoing {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    const search = query.size === 0 ? "" : `?${query}`;
    const traceparent = call.traceparent ?? this.#settings.traceparent?.();
    return {
      method: ROUTES[route].method,
      url: new URL(`${this.#base}${routePath(route, call.path)}${search}`),
      headers: {
        Authorization: `Bearer ${token}`,
        ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(traceparent === undefined ? {} : { traceparent }),
        ...call.headers,
      },
      body: call.body,
      signal,
    };
  }

  async #exchange(
    call: Call,
    send: (signal: AbortSignal, onProgress: () => void) => Promise<Response>,
  ): Promise<GuardedReply> {
    const facts = { host: this.host, missionId: call.missionId };
    const abort = new LinkedAbort(this.#settings.closing, call.signal);
    const idleMs = call.timeoutMs ?? this.#settings.requestTimeoutMs;
    const arm = () =>
      idleMs === Infinity ? () => {} : abort.abortAfter(
        idleMs,
        () => new NetworkError(`no answer within ${idleMs} ms`, facts, "timeout"),
      );
    let disarm = arm();
    const onProgress = () => {
      disarm();
      disarm = arm();
    };
    try {
      const response = await answered(send(abort.signal, onProgress), abort.signal);
      if (!response.ok) throw await orAborted(toHttpError(response, facts), abort.signal);
      disarm();
      return new GuardedReply(response, { abort, idleMs, facts });
    } catch (error) {
      abort.release();
      if (error instanceof LettsError) throw error;
      if (abort.signal.aborted) throw abort.signal.reason;
      throw new NetworkError(describe(error), { ...facts, cause: error });
    }
  }

  async #readAll(reply: GuardedReply, call: Call): Promise<string> {
    const { text, truncated } = await readText(reply.body, REPLY_LIMIT_BYTES);
    if (truncated) throw this.#badReply("is longer than 256 MiB", call);
    return text;
  }

  #parse<R extends RouteKey>(route: R, text: string, call: Call): Replies[R] {
    const schema = ROUTES[route].reply;
    if (schema === undefined) throw new TypeError(`route ${route} is not answered with JSON`);
    let body: unknown;
    try {
      body = JSON.parse(text === "" ? "{}" : text);
    } catch (cause) {
      throw this.#badReply("is not JSON", call, cause);
    }
    const parsed = v.safeParse(schema, body);
    if (parsed.success) return parsed.output as Replies[R];
    const issue = parsed.issues[0];
    const key = v.getDotPath(issue) ?? "(root)";
    throw this.#badReply(`has another shape than expected at ${key}: ${issue.message}`, call);
  }

  #badReply(problem: string, call: Call, cause?: unknown): NetworkError {
    return new NetworkError(
      `the answer ${problem}`,
      { host: this.host, missionId: call.missionId, cause },
      "bad_reply",
    );
  }
}

/** An answer, unless the signal aborts first; what comes later is let go. */
async function answered(sent: Promise<Response>, signal: AbortSignal): Promise<Response> {
  try {
    return await orAborted(sent, signal);
  } catch (error) {
    sent.then((late) => late.body?.cancel()).catch(() => {}); // it has failed already, with this error
    throw error;
  }
}

/** What went wrong below HTTP. The outer message of `fetch` says only that it failed. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
