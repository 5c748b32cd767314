import type { Clock } from "../host/clock.ts";
import type { ProblemError } from "../problem_error.ts";

/** The peer has disconnected before its body was complete. */
export class BodyLostError extends Error {
  override readonly name = "BodyLostError";
}

/** The upload was stopped from outside; `problem` is the response to its sender. */
export class BodyStoppedError extends Error {
  override readonly name = "BodyStoppedError";

  constructor(readonly problem: ProblemError) {
    super(problem.message);
  }
}

/** No data has arrived for too long. */
export class BodyIdleError extends Error {
  override readonly name = "BodyIdleError";
}

/** How a body is read: into a reused buffer if possible. */
type Reader =
  | { readonly byob: true; readonly of: ReadableStreamBYOBReader }
  | { readonly byob: false; readonly of: ReadableStreamDefaultReader<Uint8Array> };

/** With a new buffer for each chunk, a body of some hundred MB left 50 MB for the collector; with this, 10. */
const BUFFER_BYTES = 256 * 1024;

/** Options for reading a body. */
export interface BodyReaderOptions {
  /** Announced length of the body, if any. */
  readonly length?: number | undefined;
  /** Maximum wait for the next chunk; 0 means no limit. */
  readonly idleMs: number;
  readonly clock: Clock;
}

/** Reads a request body chunk by chunk, with an idle timeout and a way to stop it from outside. */
export class BodyReader implements Disposable {
  readonly #reader: Reader | undefined;
  readonly #options: BodyReaderOptions;
  #buffer: ArrayBuffer = new ArrayBuffer(0);
  #taken = 0;
  #ended: BodyIdleError | BodyStoppedError | undefined;

  constructor(body: ReadableStream<Uint8Array> | null, options: BodyReaderOptions) {
    this.#reader = body === null ? undefined : openReader(body);
    this.#options = options;
  }

  /**
   * The next bytes, which the following read may overwrite; undefined at the end.
   *
   * @throws {BodyLostError | BodyIdleError | BodyStoppedError}
   */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#ended !== undefined) throw this.#ended;
    // A peer that closes its side right after the last byte makes the next read fail, so there is none.
    if (this.#reader === undefined || this.#taken === this.#options.length) return undefined;
    const chunk = await this.#readInTime(this.#reader);
    this.#taken += chunk?.length ?? 0;
    return chunk;
  }

  /** Stops the upload: the pending or next read throws. The first reason is kept. */
  stop(problem: ProblemError): void {
    this.#end(new BodyStoppedError(problem));
  }

  [Symbol.dispose](): void {
    this.#cancel();
  }

  async #readInTime(reader: Reader): Promise<Uint8Array | undefined> {
    const { idleMs, clock } = this.#options;
    const onIdle = () => this.#end(new BodyIdleError(`no byte arrived for ${idleMs} ms`));
    using _timer = idleMs > 0 ? clock.after(idleMs, onIdle) : undefined;
    try {
      const { value, done } = await (reader.byob ? this.#readIntoBuffer(reader.of) : reader.of.read());
      if (this.#ended !== undefined) throw this.#ended;
      return done ? undefined : value;
    } catch (cause) {
      if (this.#ended !== undefined) throw this.#ended;
      throw new BodyLostError("the connection was lost before the end of the body", { cause });
    }
  }

  async #readIntoBuffer(
    reader: ReadableStreamBYOBReader,
  ): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
    const result = await reader.read(new Uint8Array(this.#lendBuffer()));
    if (result.value !== undefined) this.#buffer = result.value.buffer;
    return result;
  }

  #end(error: BodyIdleError | BodyStoppedError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#cancel();
  }

  /** Created with the first read, so that a rejected body costs nothing. */
  #lendBuffer(): ArrayBuffer {
    return this.#buffer.byteLength === 0 ? new ArrayBuffer(BUFFER_BYTES) : this.#buffer;
  }

  /**
   * Cancelling resolves the pending read. It fails if the peer has disconnected, which the reads have already reported.
   */
  #cancel(): void {
    this.#reader?.of.cancel().catch(() => {});
  }
}

function openReader(body: ReadableStream<Uint8Array>): Reader {
  try {
    return { byob: true, of: body.getReader({ mode: "byob" }) };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { byob: false, of: body.getReader() };
  }
}
