/** A receiver of webhooks on a free port of this machine. @module */
import { createHmac } from "node:crypto";

/** One request that has come in. */
export interface Received {
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- the tests compare it with what they expect
  readonly event: any;
}

/** How a receiver answers. */
export type Answering = (received: Received, count: number) => Response | Promise<Response>;

const TAKEN = (): Response => new Response(null, { status: 204 });

/** Keeps what it gets, and answers as it is told. */
export class Receiver implements AsyncDisposable {
  readonly all: Received[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #gone = new AbortController();
  #waiting: (() => void)[] = [];

  /** @param answer Called after the request was kept; counts from 1. Default: 204. */
  constructor(answer: Answering = TAKEN, port = 0) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
      const text = await request.text();
      const received = { headers: request.headers, text, event: JSON.parse(text) };
      const count = this.all.push(received);
      for (const wake of this.#waiting.splice(0)) wake();
      return await answer(received, count);
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /** Resolves once so many requests have come in, with all of them. */
  async count(count: number): Promise<readonly Received[]> {
    while (this.all.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gone.abort();
    await this.#server.shutdown();
  }
}

/** Whether a request is signed as Standard Webhooks says. */
export function isSigned({ headers, text }: Received, key: string | Uint8Array): boolean {
  const signed = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${text}`;
  const digest = createHmac("sha256", key).update(signed).digest("base64");
  return headers.get("webhook-signature") === `v1,${digest}`;
}
