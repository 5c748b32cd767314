import type { DugdaleSink } from "../../config/dugdale/sinks.ts";
import type { JsonObject } from "../../protocol/json_value.ts";
import { loadLibrary, Opened, type Sink, type SinkRecord } from "./sink.ts";

/** What is used of `redis`. */
interface Client {
  on(event: "error", listener: () => void): void;
  connect(): Promise<unknown>;
  set(key: string, value: string, options?: { readonly PX: number }): Promise<unknown>;
  get(key: string): Promise<string | null>;
  destroy(): void;
}
interface Library {
  createClient(options: Readonly<Record<string, unknown>>): Client;
}

const LONGEST_RECONNECT_MS = 3_000;

/** Keeps each record as JSON below its own key. */
export class RedisSink implements Sink {
  readonly #sink: DugdaleSink;
  readonly #client: Opened<Client>;

  constructor(sink: DugdaleSink) {
    this.#sink = sink;
    this.#client = new Opened(() => open(sink));
  }

  async put({ id, text }: SinkRecord): Promise<void> {
    const { expireMs } = this.#sink;
    await (await this.#client.get()).set(this.#key(id), text, ...(expireMs > 0 ? [{ PX: expireMs }] : []));
  }

  async get(id: string): Promise<JsonObject | undefined> {
    const text = await (await this.#client.get()).get(this.#key(id));
    return text === null ? undefined : JSON.parse(text);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.close((client) => client.destroy());
  }

  #key(id: string): string {
    return `${this.#sink.key}:${id}`;
  }
}

async function open({ url, timeoutMs }: DugdaleSink): Promise<Client> {
  const { createClient } = await loadLibrary<Library>("redis", "6.3.1");
  let connected = false;
  const reconnectStrategy = (tries: number): number | false =>
    connected && Math.min(tries * 100, LONGEST_RECONNECT_MS);
  const client = createClient({
    url,
    // What cannot be sent now is sent again by the outbox.
    disableOfflineQueue: true,
    socket: { connectTimeout: timeoutMs, reconnectStrategy },
  });
  // Each command tells what is wrong; without a listener the process would end.
  client.on("error", () => {});
  await client.connect();
  connected = true;
  return client;
}
