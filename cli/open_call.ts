/**
 * A {@linkcode Call} with the client that it opens.
 *
 * @module
 */
import type { LettsClient } from "../client/client.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import type { Call } from "./call.ts";
import type { Io } from "./output/io.ts";
import type { GlobalValues, Invocation } from "./parse/parse.ts";

type RunLine = Extract<Invocation, { readonly kind: "run" }>;

/** One run of one command. Releasing it releases what the command opened. */
export class OpenCall implements Call<Readonly<Record<string, unknown>>>, AsyncDisposable {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly globals: GlobalValues;
  readonly args: readonly string[];
  readonly io: Io;
  #client: Promise<LettsClient> | undefined;
  #config: LettsConfig | undefined;

  constructor(line: RunLine, io: Io) {
    this.flags = line.flags;
    this.globals = line.globals;
    this.args = line.args;
    this.io = io;
  }

  /** The configuration in use, once there is one. */
  get config(): LettsConfig | undefined {
    return this.#config;
  }

  open(): Promise<LettsClient> {
    this.#client ??= this.#open();
    return this.#client;
  }

  explainWith(config: LettsConfig): void {
    this.#config = config;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const client = await this.#client?.catch(() => undefined); // its failure was thrown to whoever asked for it
    await client?.[Symbol.asyncDispose]();
  }

  async #open(): Promise<LettsClient> {
    const { openClient } = await import("./open_client.ts");
    const client = await openClient(this.globals, this.io);
    this.#config = client.config;
    return client;
  }
}
