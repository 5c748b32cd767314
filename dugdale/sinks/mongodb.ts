import type { DugdaleSink } from "../../config/dugdale/sinks.ts";
import type { JsonObject } from "../../protocol/json_value.ts";
import { loadLibrary, Opened, type Sink, type SinkRecord } from "./sink.ts";

type Document = Record<string, unknown>;
/** What is used of `mongodb`. */
interface Collection {
  replaceOne(filter: Document, document: Document, options: { readonly upsert: true }): Promise<unknown>;
  findOne(filter: Document): Promise<Document | null>;
  createIndex(keys: Document, options: Document): Promise<unknown>;
}
interface Client {
  connect(): Promise<unknown>;
  db(name?: string): { collection(name: string): Collection };
  close(): Promise<void>;
}
interface Library {
  readonly MongoClient: new (url: string, options: Document) => Client;
}
interface Connection {
  readonly client: Client;
  readonly collection: Collection;
}

/** When a record goes; a TTL index of the collection looks at it. */
const EXPIRES = "expires";

/** Keeps each record as a document whose `_id` is the id of the mission. */
export class MongoSink implements Sink {
  readonly #sink: DugdaleSink;
  readonly #nowMs: () => number;
  readonly #connection: Opened<Connection>;

  constructor(sink: DugdaleSink, nowMs: () => number) {
    this.#sink = sink;
    this.#nowMs = nowMs;
    this.#connection = new Opened(() => open(sink));
  }

  async put({ id, text, dates }: SinkRecord): Promise<void> {
    const { id: _id, ...document } = JSON.parse(text) as Document;
    for (const name of dates) {
      const moment = document[name];
      if (typeof moment === "string") document[name] = new Date(moment);
    }
    const { expireMs } = this.#sink;
    if (expireMs > 0) document[EXPIRES] = new Date(this.#nowMs() + expireMs);
    const { collection } = await this.#connection.get();
    await collection.replaceOne({ _id: id }, document, { upsert: true });
  }

  async get(id: string): Promise<JsonObject | undefined> {
    const { collection } = await this.#connection.get();
    const found = await collection.findOne({ _id: id });
    if (found === null) return undefined;
    const { _id, [EXPIRES]: _expires, ...document } = found;
    // As JSON, in which dates are strings.
    const record = JSON.parse(JSON.stringify(document)) as JsonObject;
    return this.#sink.shape === "leptir" ? { id, ...record } : record;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close(({ client }) => client.close());
  }
}

async function open({ url, collection: name, shape, timeoutMs, expireMs }: DugdaleSink): Promise<Connection> {
  const { MongoClient } = await loadLibrary<Library>("mongodb", "7.8.0");
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    socketTimeoutMS: timeoutMs,
    maxPoolSize: 4,
  });
  try {
    await client.connect();
    const named = /^[^:]+:\/\/[^/]+\/([^?]+)/.exec(url)?.[1];
    const collection = client.db(named ?? (shape === "leptir" ? "leptir" : "letts")).collection(name);
    if (expireMs > 0) await collection.createIndex({ [EXPIRES]: 1 }, { expireAfterSeconds: 0 });
    return { client, collection };
  } catch (error) {
    await client.close();
    throw error;
  }
}
