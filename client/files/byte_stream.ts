/**
 * Streams whose reader may bring the memory: a large file then goes through one buffer instead of through as many
 * pieces of garbage as it has chunks, which was 30 to 90 MB at a time.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** A source of bytes. */
export interface ByteSource {
  /** Reads into the front of the view and gives that part of it; its memory is the source's meanwhile. */
  read(view: Bytes): Promise<{ readonly done: boolean; readonly value?: Bytes | undefined }>;
  /** Releases what it reads from. */
  cancel(reason?: unknown): Promise<void>;
}

/** What default readers get memory in. */
const CHUNK_BYTES = 64 * 1024;

/** A stream of the bytes of a source, which is read only on demand. */
export function byteStream(source: ByteSource): ReadableStream<Bytes> {
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: CHUNK_BYTES,
    async pull(controller) {
      const request = controller.byobRequest;
      const view = request?.view;
      if (!request || !(view?.buffer instanceof ArrayBuffer)) {
        throw new TypeError("byte stream without a BYOB request");
      }
      const { done, value } = await source.read(
        new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
      );
      if (done) controller.close();
      if (value === undefined) request.respond(0);
      else request.respondWithNewView(value);
    },
    cancel: (reason) => source.cancel(reason),
  });
}

/** The bytes of any stream; those of one that knows no memory of its reader are copied. */
export function byteSource(stream: ReadableStream<Bytes>): ByteSource {
  const reader = byobReader(stream);
  if (reader === undefined) return copying(stream.getReader());
  return {
    read: (view) => reader.read(view),
    cancel: (reason) => reader.cancel(reason),
  };
}

function byobReader(stream: ReadableStream<Bytes>): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch (error) {
    if (error instanceof TypeError && !stream.locked) return undefined;
    throw error;
  }
}

function copying(reader: ReadableStreamDefaultReader<Bytes>): ByteSource {
  let rest: Bytes = new Uint8Array();
  return {
    async read(view) {
      while (rest.length === 0) {
        const { done, value } = await reader.read();
        if (done) return { done, value: view.subarray(0, 0) };
        rest = value;
      }
      const part = rest.subarray(0, view.length);
      rest = rest.subarray(part.length);
      view.set(part);
      return { done: false, value: view.subarray(0, part.length) };
    },
    cancel: (reason) => reader.cancel(reason),
  };
}
