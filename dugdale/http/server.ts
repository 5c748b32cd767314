import type { Connection } from "./app.ts";

/** The address cannot be listened on. */
export class ListenError extends Error {
  /** The name of the class. */
  override readonly name = "ListenError";

  /** The message has the reason, from the `cause`. */
  constructor(listen: string, options: ErrorOptions) {
    const { cause } = options;
    const taken = cause instanceof Deno.errors.AddrInUse;
    const reason = taken ? "the port is in use" : cause instanceof Error ? cause.message : String(cause);
    super(`cannot listen on ${listen}: ${reason}`, options);
  }
}

/** What answers the requests of a server. */
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

/** Listens and hands requests to the application. @throws {ListenError} */
export function listen(where: string, app: Application): Server {
  const { hostname, port } = parseListen(where);
  const abort = new AbortController();
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname, port, signal: abort.signal, onListen: () => {} },
      (request, info) => app.answer(request, info),
    );
  } catch (cause) {
    throw new ListenError(where, { cause });
  }
  return {
    address: server.addr,
    stop: async (graceMs) => {
      const timer = setTimeout(() => abort.abort(), graceMs);
      try {
        await server.shutdown();
        await server.finished;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** `host:port`, `[ipv6]:port`, or `:port` for every interface. */
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
