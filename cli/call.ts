/**
 * One run of one command.
 *
 * @module
 */
import type { LettsClient } from "../client/client.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import type { Io } from "./output/io.ts";
import type { GlobalValues } from "./parse/parse.ts";

/** What a command gets. */
export interface Call<Flags> {
  /** Its own flags, each with a value or its default. */
  readonly flags: Flags;
  /** Flags of every command. */
  readonly globals: GlobalValues;
  /** Positional arguments. */
  readonly args: readonly string[];
  /** The world outside. */
  readonly io: Io;
  /** Opens the client of the letts.yaml that applies, once. It is released when the command has ended. */
  open(): Promise<LettsClient>;
  /** Uses this configuration for messages, in place of the one that {@linkcode open} finds. */
  explainWith(config: LettsConfig): void;
}
