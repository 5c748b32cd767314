/**
 * The connections of a client, opened on first use.
 *
 * @module
 */
import type { DugdaleEntry } from "../../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../../config/letts/resolve.ts";
import { Connection, type ConnectionSettings } from "./connection.ts";
import { AbortedError } from "../errors.ts";
import type { Tracer } from "../../protocol/tracing.ts";

/** One connection for each dugdale, kept for the life of the client. */
export class Connections {
  readonly config: LettsConfig;
  readonly #settings: ConnectionSettings;
  readonly #closing = new AbortController();
  readonly #byHost = new Map<string, Connection>();

  constructor(config: LettsConfig, settings: Omit<ConnectionSettings, "closing">) {
    this.config = config;
    this.#settings = { ...settings, closing: this.#closing.signal };
  }

  /** Returns the current tracer. */
  get tracer(): Tracer | undefined {
    return this.#settings.tracer();
  }

  /** The connection to a dugdale. @throws {ConfigError} When its address or proxy cannot be resolved. */
  of(dugdale: DugdaleEntry): Connection {
    const open = this.#byHost.get(dugdale.id);
    if (open !== undefined) return open;
    if (this.#closing.signal.aborted) throw this.#closing.signal.reason;
    const connection = new Connection(dugdale, this.config, this.#settings);
    this.#byHost.set(dugdale.id, connection);
    return connection;
  }

  /** As {@linkcode of}, by id or alias. @throws {ConfigError} Also when letts.yaml does not define the host. */
  to(host: string | number): Connection {
    return this.of(this.config.dugdale(host));
  }

  /** Aborts all calls in progress and releases the connections. */
  close(): void {
    this.#closing.abort(new AbortedError("the client was closed"));
    for (const connection of this.#byHost.values()) connection.close();
    this.#byHost.clear();
  }
}
