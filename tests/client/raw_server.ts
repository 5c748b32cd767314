/** A server that says bytes instead of HTTP, for tests of what breaks below it. @module */

/** What one connection does; the request's head has been read. */
export type Behaviour = (conn: Deno.TcpConn, head: string) => Promise<void>;

/** A listener on loopback that gives each connection to the next behaviour; the last one repeats. */
export class RawServer implements AsyncDisposable {
  readonly port: number;
  readonly heads: string[] = [];
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #accepting: Promise<void>;

  constructor(...behaviours: readonly (string | Uint8Array | Behaviour)[]) {
    this.#listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    this.port = this.#listener.addr.port;
    this.#accepting = this.#accept(behaviours);
  }

  async #accept(behaviours: readonly (string | Uint8Array | Behaviour)[]): Promise<void> {
    const running: Promise<void>[] = [];
    for await (const conn of this.#listener) {
      this.#open.add(conn);
      const behaviour = behaviours[Math.min(running.length, behaviours.length - 1)] ?? "";
      running.push(this.#serve(conn, behaviour));
    }
    await Promise.all(running);
  }

  async #serve(conn: Deno.TcpConn, behaviour: string | Uint8Array | Behaviour): Promise<void> {
    try {
      const head = await readHead(conn);
      this.heads.push(head);
      if (typeof behaviour === "function") return await behaviour(conn, head);
      await writeAll(conn, typeof behaviour === "string" ? new TextEncoder().encode(behaviour) : behaviour);
      this.close(conn);
    } catch {
      // The client may leave at any moment; that is what these tests are about.
    }
  }

  /** Closes a connection, once. */
  close(conn: Deno.TcpConn): void {
    if (this.#open.delete(conn)) conn.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) this.close(conn);
    await this.#accepting;
  }
}

async function readHead(conn: Deno.TcpConn): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const count = await conn.read(buffer);
    if (count === null) return head;
    head += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return head;
}

/** Writes all bytes. */
export async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** An answer whose body comes in one chunk and then goes on. */
export function chunked(body: string): string {
  const size = new TextEncoder().encode(body).length.toString(16);
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${body}\r\n`;
}
