import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import { Sockets } from "../host/sockets.ts";
import { problem } from "./answer.ts";
import { isCutOff } from "./body.ts";
import type { Connection } from "./app.ts";
import { ConnectionGuard, type ConnectionLimits } from "./connection_guard.ts";
import type { HostRule } from "./host_rule.ts";

/** The server cannot listen on the address. */
export class ListenError extends Error {
  /** The name of the class. */
  override readonly name = "ListenError";

  /** The message contains the reason, from the `cause`. */
  constructor(listen: string, options: ErrorOptions) {
    const { cause } = options;
    const taken = cause instanceof Deno.errors.AddrInUse;
    const reason = taken ? "the port is in use" : cause instanceof Error ? cause.message : String(cause);
    super(`cannot listen on ${listen}: ${reason}`, options);
  }
}

/** Answers the requests of a server. */
export interface Application {
  /** Answers a request. Never rejects. */
  answer(request: Request, connection: Connection): Promise<Response>;
}

/** A listening HTTP server. */
export interface Server {
  readonly address: Deno.NetAddr;
  /** Lets running requests finish for at most this long, then aborts them. */
  stop(graceMs: number): Promise<void>;
}

/** Connection settings of a server. */
export interface ServerOptions {
  readonly app: Application;
  readonly limits: ConnectionLimits;
  readonly hosts: HostRule;
  readonly clock: Clock;
  readonly log: Log;
}

/** Descriptors that a dugdale has open without any connection or mission. */
const OWN_DESCRIPTORS = 32;
/** Interval of the guard; longer while a check takes long because of many connections. */
const LOOK_MS = 1000, LOOK_MS_PER_CONNECTION = 1;
/** Time before a failed listener is reopened. */
const REOPEN_MS = 100;
/** How long the rest of a rejected body is discarded, so that its sender receives the response. */
const LINGER_MS = 1000;
/** Maximum announced length of a rejected body for which the connection is kept. */
const UNREAD_BYTES = 65_536;

/** Listens and passes requests to the application. @throws {ListenError} */
export function listen(where: string, options: ServerOptions): Server {
  return new GuardedServer(where, options);
}

class GuardedServer implements Server {
  readonly address: Deno.NetAddr;
  readonly #options: ServerOptions;
  readonly #stopping = new AbortController();
  readonly #sockets: Sockets | undefined = Sockets.open();
  readonly #guard: ConnectionGuard | undefined;
  #server: Deno.HttpServer<Deno.NetAddr>;
  #look: Disposable | undefined;
  readonly #reopening: Promise<void>;

  constructor(where: string, options: ServerOptions) {
    this.#options = options;
    const { hostname, port } = parseListen(where);
    try {
      this.#server = this.#serve(hostname, port);
    } catch (cause) {
      this.#sockets?.[Symbol.dispose]();
      throw new ListenError(where, { cause });
    }
    this.address = this.#server.addr;
    if (this.#sockets !== undefined) {
      const limits = withinDescriptors(options.limits, this.#sockets.descriptorLimit);
      this.#guard = new ConnectionGuard(this.#sockets, this.address.port, limits, options.log);
      this.#lookOften(this.#guard);
    }
    this.#reopening = this.#reopenAfterFailures();
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    const ended = this.#server.shutdown();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    {
      using _grace = this.#options.clock.after(graceMs, () => {
        this.#guard?.closeAll();
        resolve();
      });
      await Promise.race([ended, late]);
    }
    // Without the guard, connections in use end with the process.
    if (this.#guard !== undefined) await ended;
    await this.#reopening;
    this.#look?.[Symbol.dispose]();
    // Connections accepted by a failed listener are not closed with its successor.
    this.#guard?.closeAll();
    this.#sockets?.[Symbol.dispose]();
  }

  #serve(hostname: string, port: number): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve(
      { hostname, port, onListen: () => {} },
      (request, info) => this.#answer(request, info),
    );
  }

  async #answer(request: Request, info: Deno.ServeHandlerInfo<Deno.NetAddr>): Promise<Response> {
    const refusal = this.#options.hosts.refusal(request.headers);
    const guard = this.#guard;
    if (guard === undefined) {
      return refusal ? problem(refusal) : await this.#options.app.answer(request, info);
    }
    const { remoteAddr } = info;
    const { port } = remoteAddr;
    // A streaming response keeps its connection in use until it is sent.
    let sent: Promise<void> | undefined;
    const connection: Connection = {
      remoteAddr,
      get completed() {
        return sent ??= info.completed;
      },
    };
    guard.begin(port);
    const end = (): void => guard.end(port);
    let response: Response;
    try {
      response = refusal ? problem(refusal) : await this.#options.app.answer(request, connection);
    } catch (error) {
      end();
      throw error;
    }
    if (sent === undefined) end();
    else sent.then(end, end);
    if (!response.ok && (mayHaveUnread(request) || isCutOff(request))) {
      // The runtime would read such a body to its end, however long it is.
      guard.closeAt(port, this.#options.clock.steadyMs() + LINGER_MS);
    }
    return response;
  }

  /** A failed accept, for example for lack of a descriptor, ends a server of the runtime: another one replaces it. */
  async #reopenAfterFailures(): Promise<void> {
    const { log, clock } = this.#options;
    const { hostname, port } = this.address;
    for (;;) {
      try {
        await this.#server.finished;
        return;
      } catch (err) {
        if (this.#stopping.signal.aborted) return;
        log.error("accept_failed", { err });
      }
      for (;;) {
        this.#guard?.look(clock.steadyMs());
        await clock.sleep(REOPEN_MS, this.#stopping.signal);
        if (this.#stopping.signal.aborted) return;
        try {
          this.#server = this.#serve(hostname, port);
          break;
        } catch (err) {
          log.warn("listen_failed", { err });
        }
      }
    }
  }

  #lookOften(guard: ConnectionGuard): void {
    const nextMs = Math.max(LOOK_MS, guard.count * LOOK_MS_PER_CONNECTION);
    this.#look = this.#options.clock.after(nextMs, () => {
      guard.look(this.#options.clock.steadyMs());
      this.#lookOften(guard);
    });
  }
}

/** Missions need descriptors too: a quarter is reserved for them. */
function withinDescriptors(limits: ConnectionLimits, descriptors: number): ConnectionLimits {
  const most = Math.floor(descriptors * 0.75) - OWN_DESCRIPTORS;
  const max = Math.max(1, Math.min(limits.max, most));
  return { ...limits, max, maxPerAddress: Math.min(limits.maxPerAddress, max) };
}

function mayHaveUnread({ headers }: Request): boolean {
  return headers.has("transfer-encoding") || Number(headers.get("content-length") ?? 0) > UNREAD_BYTES;
}

/** `host:port`, `[ipv6]:port`, or `:port` for all interfaces. */
function parseListen(where: string): { hostname: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(where);
  const port = Number(match?.[3]);
  if (match === null || port > 65535) {
    throw new ListenError(where, {
      cause: new Error("the address must be host:port with a port up to 65535"),
    });
  }
  return { hostname: match[1] || match[2] || "::", port };
}
