import type { Log } from "../host/log.ts";
import type { Sockets, SocketState } from "../host/sockets.ts";

/** Limits of a server's connections. */
export interface ConnectionLimits {
  readonly max: number;
  readonly maxPerAddress: number;
  /** Idle connections are closed after this time. */
  readonly idleMs: number;
  /** The headers of a request must be complete within this time after its connection, or after its first byte. */
  readonly headerMs: number;
}

/** Why a connection is closed. */
export type CloseReason =
  | "idle"
  | "slow_headers"
  | "refused_body"
  | "max_connections"
  | "max_connections_per_address";

/** State of a connection between two checks. */
interface Seen {
  /** Since when it has been idle. */
  sinceMs: number;
  /** Bytes received at that time. */
  receivedBytes: bigint;
  sentBytes: bigint;
}

/**
 * Closes connections that `Deno.serve` would keep forever: idle ones, ones whose request never comes, and ones beyond
 * the limits. It checks the sockets periodically, so that a request costs only a counter.
 */
export class ConnectionGuard {
  readonly #sockets: Pick<Sockets, "connections" | "shutdown" | "reset">;
  readonly #localPort: number;
  readonly #limits: ConnectionLimits;
  readonly #log: Log;
  /**
   * Requests in progress, by the port of the peer: if two addresses share a port, they only spare each other for a
   * while.
   */
  readonly #busy = new Map<number, number>();
  /** Peers whose request was rejected before its body had arrived, and when they are disconnected. */
  readonly #refused = new Map<number, number>();
  #seen = new Map<string, Seen>();
  #count = 0;
  readonly closed: Record<CloseReason, number> = {
    idle: 0,
    slow_headers: 0,
    refused_body: 0,
    max_connections: 0,
    max_connections_per_address: 0,
  };

  constructor(
    sockets: Pick<Sockets, "connections" | "shutdown" | "reset">,
    localPort: number,
    limits: ConnectionLimits,
    log: Log,
  ) {
    this.#sockets = sockets;
    this.#localPort = localPort;
    this.#limits = limits;
    this.#log = log;
  }

  /** Connections at the last check. */
  get count(): number {
    return this.#count;
  }

  /** A request of this peer is in progress until {@linkcode end}. */
  begin(port: number): void {
    this.#busy.set(port, (this.#busy.get(port) ?? 0) + 1);
  }

  /** The response has been sent, or its connection is closed. */
  end(port: number): void {
    const left = (this.#busy.get(port) ?? 1) - 1;
    if (left === 0) this.#busy.delete(port);
    else this.#busy.set(port, left);
  }

  /** Closes expired connections, and those beyond the limits. */
  look(nowMs: number): void {
    const { max, maxPerAddress } = this.#limits;
    const connections = this.#sockets.connections(this.#localPort);
    const seen = new Map<string, Seen>();
    const left: Idle[] = [];
    const closed = new Set<CloseReason>();
    const perAddress = new Map<string, number>();
    for (const connection of connections) {
      const key = `${connection.fd} ${connection.address} ${connection.port}`;
      const state = this.#update(connection, this.#seen.get(key), nowMs);
      const reason = this.#overdue(connection, state, nowMs);
      if (reason !== undefined) {
        this.#close(connection, reason);
        closed.add(reason);
        continue;
      }
      seen.set(key, state);
      left.push({ connection, sinceMs: state.sinceMs });
      perAddress.set(connection.address, (perAddress.get(connection.address) ?? 0) + 1);
    }
    this.#seen = seen;
    for (const [port, atMs] of this.#refused) if (nowMs >= atMs) this.#refused.delete(port);
    this.#count = left.length;
    if (left.length > max || perAddress.values().some((count) => count > maxPerAddress)) {
      // Idle ones are closed first, the longest idle before the others.
      left.sort((a, b) => this.#isBusy(a) - this.#isBusy(b) || a.sinceMs - b.sinceMs);
      for (const { connection } of left) {
        const { address } = connection;
        const ofAddress = perAddress.get(address) ?? 0;
        const reason = ofAddress > maxPerAddress
          ? "max_connections_per_address"
          : this.#count > max
          ? "max_connections"
          : undefined;
        if (reason === undefined) continue;
        this.#close(connection, reason);
        closed.add(reason);
        perAddress.set(address, ofAddress - 1);
        this.#count--;
      }
    }
    for (const reason of closed) this.#log.warn("connections_closed", { reason, total: this.closed[reason] });
  }

  /** Closes the connection of a peer at the first check after that time, whatever it carries. */
  closeAt(port: number, atMs: number): void {
    this.#refused.set(port, atMs);
  }

  /** Resets every connection, including those with a request. */
  closeAll(): void {
    for (const { fd } of this.#sockets.connections(this.#localPort)) this.#sockets.reset(fd);
  }

  #update(connection: SocketState, before: Seen | undefined, nowMs: number): Seen {
    const { receivedBytes, sentBytes } = connection;
    const served = this.#busy.has(connection.port) || before?.sentBytes !== sentBytes;
    if (before !== undefined && !served) return before;
    // Data that a new connection has sent before the first check belongs to its first request.
    return { sinceMs: nowMs, receivedBytes: before === undefined ? 0n : receivedBytes, sentBytes };
  }

  #overdue({ receivedBytes, port }: SocketState, state: Seen, nowMs: number): CloseReason | undefined {
    if (nowMs >= (this.#refused.get(port) ?? Infinity)) return "refused_body";
    if (this.#busy.has(port)) return undefined;
    const waitedMs = nowMs - state.sinceMs;
    const begun = receivedBytes > state.receivedBytes || state.sentBytes === 0n;
    if (begun && waitedMs >= this.#limits.headerMs) return "slow_headers";
    return waitedMs >= this.#limits.idleMs ? "idle" : undefined;
  }

  #isBusy({ connection }: Idle): number {
    return this.#busy.has(connection.port) ? 1 : 0;
  }

  #close(connection: SocketState, reason: CloseReason): void {
    // The runtime does not read on while an unwanted body is arriving, so it would not notice its end.
    if (reason === "refused_body") this.#sockets.reset(connection.fd);
    else this.#sockets.shutdown(connection.fd);
    this.closed[reason]++;
  }
}

interface Idle {
  readonly connection: SocketState;
  readonly sinceMs: number;
}
