/**
 * One request to one dugdale: token, timeout, and error conversion.
 *
 * @module
 */
import type { DugdaleEntry } from "../../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import {
  type QueryOf,
  type Replies,
  type RouteKey,
  routePath,
  ROUTES,
  type Scope,
} from "../../protocol/routes.ts";
import { checkTraceparent } from "../arguments.ts";
import { openTransport, type Transport } from "./transport.ts";
import type { FileBody, Outgoing } from "./outgoing.ts";
import { exchange, type Send } from "./exchange.ts";
import { parseReply, readReply } from "./json_reply.ts";
import type { GuardedReply } from "./reply.ts";
import { retrying, type RetryPolicy } from "./retry.ts";
import { withTokens } from "./tokens.ts";
import { activeTraceparent, type Tracer } from "../../protocol/tracing.ts";

/** State shared by all connections of a client. */
export interface ConnectionSettings {
  readonly retry: RetryPolicy;
  readonly requestTimeoutMs: number;
  readonly ignoreProxy: boolean;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly traceparent: (() => string | undefined) | undefined;
  readonly tracer: () => Tracer | undefined;
  /** Aborts when the client is released. */
  readonly closing: AbortSignal;
}

/** Parameters of a call to a route. */
export interface Call<R extends RouteKey = RouteKey> {
  /** Values of the `:name` segments. */
  readonly path?: Readonly<Record<string, string>> | undefined;
  readonly query?: QueryOf<R> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** JSON body, as text: the same bytes on every try. */
  readonly body?: string | undefined;
  /** Tokens to try in order. The next one is used only if a token is not configured or belongs to the other kind. */
  readonly scopes: readonly Scope[];
  readonly signal?: AbortSignal | undefined;
  /** Idle timeout. Default: that of the client. `Infinity` means none. */
  readonly timeoutMs?: number | undefined;
  /** The mission concerned, for errors. */
  readonly missionId?: string | undefined;
  readonly traceparent?: string | undefined;
  /** Trace context to send when neither the call nor the client has one. Default: that of the active span. */
  readonly spanTraceparent?: string | undefined;
}

/** HTTP connection to one dugdale, with its tokens. */
export class Connection {
  /** Id of the dugdale. */
  readonly host: string;
  readonly retry: RetryPolicy;
  /** The features that the dugdale announced; undefined until it was asked. */
  features: ReadonlySet<string> | undefined;
  readonly #dugdale: DugdaleEntry;
  readonly #config: LettsConfig;
  readonly #settings: ConnectionSettings;
  readonly #base: string;
  /** The query of the base URL, for calls without a query of their own. */
  readonly #query: string;
  readonly #transport: Transport;

  /** @throws {ConfigError} When address or proxy cannot be resolved. */
  constructor(dugdale: DugdaleEntry, config: LettsConfig, settings: ConnectionSettings) {
    this.host = dugdale.id;
    this.retry = settings.retry;
    this.#dugdale = dugdale;
    this.#config = config;
    this.#settings = settings;
    const base = config.baseUrl(dugdale);
    const proxy = settings.ignoreProxy ? undefined : config.proxy(dugdale);
    this.#base = `${base.origin}${base.pathname.replace(/\/+$/, "")}`;
    this.#query = base.search;
    this.#transport = openTransport({ base, proxy, fetch: settings.fetch });
  }

  /** Returns the current tracer. */
  get tracer(): Tracer | undefined {
    return this.#settings.tracer();
  }

  /** Makes a call with a JSON reply, with retries if the route and the failure allow them. */
  json<R extends RouteKey>(route: R, call: Call<NoInfer<R>>): Promise<Replies[R]> {
    return this.#repeated(route, call, async () => {
      const text = await readReply(await this.once(route, call), this.#facts(call));
      return parseReply(route, text, this.#facts(call));
    });
  }

  /** As {@linkcode json}, for a reply that is needed as the text that was sent. */
  text<R extends RouteKey>(route: R, call: Call<NoInfer<R>>): Promise<string> {
    return this.#repeated(
      route,
      call,
      async () => readReply(await this.once(route, call), this.#facts(call)),
    );
  }

  /** Opens a stream or a file, with retries if the failure allows them. */
  open<R extends RouteKey>(route: R, call: Call<NoInfer<R>>): Promise<GuardedReply> {
    return this.#repeated(route, call, () => this.once(route, call));
  }

  /** Makes a call exactly once. The reply's body must be read to its end or cancelled. */
  once<R extends RouteKey>(route: R, call: Call<NoInfer<R>>): Promise<GuardedReply> {
    return this.#send(
      call,
      (token, signal) => this.#transport.send(this.#outgoing(route, call, token, signal)),
    );
  }

  /** Sends a file as the body, exactly once. Progress restarts the timeout. */
  onceWithFile(route: RouteKey, call: Call, file: FileBody): Promise<GuardedReply> {
    return this.#send(
      call,
      (token, signal, onProgress) =>
        this.#transport.sendFile(this.#outgoing(route, call, token, signal), file, onProgress),
    );
  }

  /** Releases the connections. */
  close(): void {
    this.#transport.close();
  }

  #repeated<Value>(route: RouteKey, call: Call, attempt: () => Promise<Value>): Promise<Value> {
    if (ROUTES[route].resend === "never") return attempt();
    return retrying({ policy: this.retry, signal: call.signal }, attempt);
  }

  #send(
    call: Call,
    send: (token: string, ...rest: Parameters<Send>) => Promise<Response>,
  ): Promise<GuardedReply> {
    const { closing, requestTimeoutMs } = this.#settings;
    const options = {
      signals: [closing, call.signal],
      idleMs: call.timeoutMs ?? requestTimeoutMs,
      facts: this.#facts(call),
    };
    return withTokens(
      this.#config,
      this.#dugdale,
      call.scopes,
      (token) => exchange(options, (signal, onProgress) => send(token, signal, onProgress)),
    );
  }

  #facts({ missionId }: Call): { readonly host: string; readonly missionId: string | undefined } {
    return { host: this.host, missionId };
  }

  #outgoing(route: RouteKey, call: Call, token: string, signal: AbortSignal): Outgoing {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) query.set(name, String(value));
    }
    const search = query.size === 0 ? this.#query : `?${query}`;
    const traceparent = checkTraceparent(
      call.traceparent ?? this.#settings.traceparent?.() ?? call.spanTraceparent ?? activeTraceparent(),
    );
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
}
