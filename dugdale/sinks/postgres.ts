import type { DugdaleSink } from "../../config/dugdale/sinks.ts";
import type { JsonObject } from "../../protocol/json_value.ts";
import { loadLibrary, Opened, type Sink, type SinkRecord } from "./sink.ts";

/** What is used of `postgres`. */
interface Sql {
  unsafe(
    query: string,
    parameters?: readonly unknown[],
  ): Promise<readonly { readonly record: JsonObject }[]>;
  end(options: { readonly timeout: number }): Promise<void>;
}
interface Library {
  readonly default: (url: string, options: Readonly<Record<string, unknown>>) => Sql;
}

/** Each write removes so many records that have expired. */
const EXPIRED_MAX = 100;

/** Keeps each record as `jsonb` in a table that is created if it is missing. */
export class PostgresSink implements Sink {
  readonly #sink: DugdaleSink;
  readonly #sql: Opened<Sql>;

  constructor(sink: DugdaleSink) {
    this.#sink = sink;
    this.#sql = new Opened(() => open(sink));
  }

  async put({ id, text }: SinkRecord): Promise<void> {
    const { collection: table, expireMs } = this.#sink;
    const sql = await this.#sql.get();
    // The numbers of a mission keep their digits.
    await sql.unsafe(
      `INSERT INTO ${table} (id, record, expires)
       VALUES ($1, $2::text::jsonb, now() + $3 * interval '1 millisecond')
       ON CONFLICT (id) DO UPDATE SET record = excluded.record, updated = now(), expires = excluded.expires`,
      [id, text, expireMs > 0 ? expireMs : null],
    );
    if (expireMs === 0) return;
    await sql.unsafe(
      `DELETE FROM ${table} WHERE id IN (
         SELECT id FROM ${table} WHERE expires < now() LIMIT ${EXPIRED_MAX} FOR UPDATE SKIP LOCKED)`,
    );
  }

  async get(id: string): Promise<JsonObject | undefined> {
    const sql = await this.#sql.get();
    const [row] = await sql.unsafe(
      `SELECT record FROM ${this.#sink.collection} WHERE id = $1 AND coalesce(expires > now(), true)`,
      [id],
    );
    return row?.record;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sql.close((sql) => sql.end({ timeout: 1 }));
  }
}

async function open({ url, collection: table, timeoutMs }: DugdaleSink): Promise<Sql> {
  const library = await loadLibrary<Library>("postgres", "3.4.9");
  const sql = library.default(url, {
    max: 4,
    connect_timeout: Math.ceil(timeoutMs / 1000),
    onnotice: () => {},
  });
  try {
    await sql.unsafe(`CREATE TABLE IF NOT EXISTS ${table} (
      id text PRIMARY KEY, record jsonb NOT NULL, updated timestamptz NOT NULL DEFAULT now(), expires timestamptz)`);
    await sql.unsafe(
      `CREATE INDEX IF NOT EXISTS ${table}_expires ON ${table} (expires) WHERE expires IS NOT NULL`,
    );
    return sql;
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw error;
  }
}
