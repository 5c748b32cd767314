import type { JsonObject } from "../../protocol/json_value.ts";

/** A record that is to be kept. */
export interface SinkRecord {
  /** The mission. */
  readonly id: string;
  /** As JSON. */
  readonly text: string;
  /** Names of members that are dates for a database that has such: RFC 3339 in the text. */
  readonly dates: readonly string[];
}

/** A place where the records of missions are kept. Connected with the first call; disposing it closes the connection. */
export interface Sink extends AsyncDisposable {
  /** Keeps a record instead of the one with its id. */
  put(record: SinkRecord, signal: AbortSignal): Promise<void>;
  /** The record as it is kept; undefined when there is none. Absent where nothing can be read back. */
  get?(id: string): Promise<JsonObject | undefined>;
}

/**
 * Loads a client library, which is no part of the program: Deno and Node find it by its name when a sink needs it.
 *
 * @throws {Error} When it is not installed and cannot be fetched.
 */
export async function loadLibrary<Library>(name: string, version: string): Promise<Library> {
  const specifier = "Deno" in globalThis ? `npm:${name}@${version}` : name;
  try {
    return await import(specifier) as Library;
  } catch (cause) {
    throw new Error(`the library ${name}@${version} cannot be loaded`, { cause });
  }
}

/** A connection that is opened once, and again after it could not be. */
export class Opened<Connection> {
  readonly #open: () => Promise<Connection>;
  #opening: Promise<Connection> | undefined;

  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  get(): Promise<Connection> {
    return this.#opening ??= this.#open().catch((error) => {
      this.#opening = undefined;
      throw error;
    });
  }

  /** Closes it if it is open. */
  async close(close: (connection: Connection) => unknown): Promise<void> {
    const connection = await this.#opening?.catch(() => undefined);
    if (connection !== undefined) await close(connection);
  }
}
