/** A proxy that breaks connections on purpose, on real sockets. @module */
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** How a connection breaks, and where: so many bytes of a head or body still pass. */
export interface Break {
  readonly side: "request" | "answer";
  readonly part: "head" | "body";
  readonly afterBytes: number;
  /** `silence` keeps the connection and says nothing more. */
  readonly how: "reset" | "end" | "silence";
}

/** Listens as soon as nothing else holds the port. */
export async function whenPortIsFree<Value>(listen: () => Value | Promise<Value>): Promise<Value> {
  for (let tries = 300;; tries--) {
    try {
      return await listen();
    } catch (error) {
      if (tries === 0 || (error as { code?: unknown }).code !== "EADDRINUSE") throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Passes connections on to a port of this machine. The nth one breaks as the nth entry says; further ones work. */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #held = new Set<Socket>();
  readonly #passing = new Set<Promise<unknown>>();
  #accepted = 0;
  #onHeld: (() => void) | undefined;

  private constructor(target: number, breaks: readonly (Break | undefined)[]) {
    this.#server = createServer((client) => this.#pass(client, target, breaks[this.#accepted++]));
  }

  /** Starts to listen on loopback. */
  static async open(target: number, ...breaks: readonly (Break | undefined)[]): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, breaks);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Where clients connect to. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** How many connections there were. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Lets nothing more through, in either direction. Resolves when a client has said something in vain. */
  hold(): Promise<void> {
    return new Promise((resolve) => this.#onHeld = resolve);
  }

  /** Breaks all connections and refuses further ones. */
  async stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    for (const client of this.#held) client.resetAndDestroy();
    await Promise.all(this.#passing);
    await stopped;
  }

  /** Listens again, where it did before it was stopped. A connection of another test may have the port for a while. */
  async start(port: number): Promise<void> {
    await whenPortIsFree(() =>
      new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(port, "127.0.0.1", () => {
          this.#server.removeListener("error", reject);
          resolve();
        });
      })
    );
  }

  /** Resolves when no client holds a connection any more: it waits for ever for one that forgot its own. */
  async left(): Promise<void> {
    await Promise.all([...this.#held].map((socket) => closed(socket)));
  }

  #pass(client: Socket, target: number, fault: Break | undefined): void {
    this.#held.add(client);
    const upstream = connect(target, "127.0.0.1");
    const requests = meter("request", fault), answers = meter("answer", fault);
    const onBreak = () => {
      upstream.destroy();
      if (fault?.how === "reset") client.resetAndDestroy();
      if (fault?.how === "end") client.end();
    };
    client.on("data", (bytes) => {
      if (this.#onHeld !== undefined) return this.#onHeld();
      if (upstream.destroyed) return;
      upstream.write(bytes.subarray(0, requests.pass(bytes)));
      if (requests.over) onBreak();
    });
    upstream.on("data", (bytes) => {
      if (upstream.destroyed || this.#onHeld !== undefined) return;
      const passed = bytes.subarray(0, answers.pass(bytes));
      if (answers.over && passed.length === 0) onBreak();
      else client.write(passed, () => answers.over && onBreak());
    });
    upstream.on("close", () => {
      if (!requests.over && !answers.over) client.end();
    });
    for (const socket of [client, upstream]) socket.on("error", () => {}); // broken connections are its purpose
    client.on("close", () => {
      this.#held.delete(client);
      upstream.destroy();
    });
    const gone = Promise.all([closed(client), closed(upstream)]).finally(() => this.#passing.delete(gone));
    this.#passing.add(gone);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Counts the bytes of one side up to where it breaks. */
interface Meter {
  /** How many of these bytes pass. */
  pass(bytes: Uint8Array): number;
  /** Whether it has broken. */
  readonly over: boolean;
}

function meter(side: Break["side"], fault: Break | undefined): Meter {
  if (fault === undefined || fault.side !== side) return { pass: (bytes) => bytes.length, over: false };
  const { part, afterBytes } = fault;
  let left = part === "head" ? afterBytes : undefined;
  let head = "";
  return {
    pass(bytes) {
      let from = 0;
      if (left === undefined) {
        const before = head.length;
        head += new TextDecoder("latin1").decode(bytes);
        const end = head.indexOf("\r\n\r\n");
        if (end === -1) return bytes.length;
        from = end + 4 - before;
        left = afterBytes;
      }
      const passed = Math.min(bytes.length - from, left);
      left -= passed;
      return from + passed;
    },
    get over() {
      return left === 0;
    },
  };
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });
}
