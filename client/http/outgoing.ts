import type { Chunks } from "../files/local_file.ts";

/** A request that is ready to be sent. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal: AbortSignal;
}

/** The bytes of a file from an offset to its end. */
export interface FileBody {
  /** First byte that is sent. */
  readonly offset: number;
  /** Size of the whole file. */
  readonly size: number;
  /** Reads the bytes. Leaving the iteration early closes the file; a chunk is valid until the next one is requested. */
  chunks(): Chunks;
}
