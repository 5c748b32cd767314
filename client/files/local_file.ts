/**
 * Files to send: from a path, from memory or from a stream, never held in memory whole.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { ArgumentError, StagingError } from "../errors.ts";
import { spool } from "./spool.ts";
import type { FileSource } from "../types.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * A byte stream that releases its source when reading ends early. A chunk is valid until the next one is requested: its
 * buffer is then reused, which avoids 70 MB of garbage.
 */
export type Chunks = AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;

/**
 * A file with its size and digest, readable from any offset. Release it when done: spooled streams are kept until then.
 */
export interface LocalFile extends AsyncDisposable {
  /** In bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The bytes from the offset up to `size`, even if the file has grown since. */
  chunks(offset: number): Chunks;
}

/**
 * Measures and hashes a file.
 *
 * @throws {StagingError} When the path is not a readable regular file; code `file_unreadable`. Also when a stream
 * breaks off or cannot be spooled.
 */
export async function openLocalFile(source: FileSource, signal?: AbortSignal): Promise<LocalFile> {
  if (source instanceof ReadableStream) {
    const { path, size, sha256, remove } = await spool(source, signal);
    return {
      size,
      sha256,
      chunks: (offset) => fileChunks(path, offset, size),
      [Symbol.asyncDispose]: remove,
    };
  }
  const readable = await toReadable(source);
  if (readable instanceof ReadableStream) return await openLocalFile(readable, signal);
  const { size, chunks } = readable;
  const hash = createHash("sha256");
  for await (const chunk of chunks(0, size)) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return {
    size,
    sha256: hash.digest("hex"),
    chunks: (offset) => chunks(offset, size),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

interface Readable {
  readonly size: number;
  chunks(offset: number, size: number): Chunks;
}

async function toReadable(source: Exclude<FileSource, ReadableStream>): Promise<Readable | ReadableStream> {
  if (source instanceof Uint8Array) {
    return {
      size: source.length,
      async *chunks(offset, size) {
        for (let at = offset; at < size; at += CHUNK_BYTES) {
          yield source.slice(at, Math.min(size, at + CHUNK_BYTES));
        }
      },
    };
  }
  if (source instanceof Blob) {
    return { size: source.size, chunks: (offset, size) => blobChunks(source.slice(offset, size)) };
  }
  const path = toPath(source);
  const { size, isUnmeasured } = await withFile(path, async (file) => {
    const stat = await file.stat();
    if (!stat.isFile()) throw new StagingError("file_unreadable", `${path} is not a regular file`);
    // Files of /proc have size 0 until they are read.
    const isUnmeasured = stat.size === 0 && (await file.read(new Uint8Array(1), 0, 1, 0)).bytesRead > 0;
    return { size: stat.size, isUnmeasured };
  });
  if (isUnmeasured) return ReadableStream.from(wholeFile(path));
  return { size, chunks: (offset, end) => fileChunks(path, offset, end) };
}

async function* blobChunks(blob: Blob): Chunks {
  const reader = blob.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

type Opened = Awaited<ReturnType<typeof open>>;

async function* fileChunks(path: string, offset: number, size: number): Chunks {
  const file = await openForReading(path);
  try {
    const buffer = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(0, size - offset)));
    for (let at = offset; at < size;) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, size - at), at);
      if (bytesRead === 0) {
        throw new StagingError("file_unreadable", `${path} became shorter while it was read`);
      }
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function* wholeFile(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  const file = await openForReading(path);
  try {
    for (;;) {
      const buffer = new Uint8Array(CHUNK_BYTES);
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function withFile<Value>(path: string, use: (file: Opened) => Promise<Value>): Promise<Value> {
  const file = await openForReading(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function openForReading(path: string): Promise<Opened> {
  try {
    return await open(path, "r");
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new StagingError("file_unreadable", `${path} cannot be read: ${words}`, { cause });
  }
}

/** The path of a path or `file:` URL. @throws {ArgumentError} For other URLs. */
export function toPath(path: string | URL): string {
  if (typeof path === "string") return path;
  if (path.protocol !== "file:") throw new ArgumentError(`${path} must be a file: URL`);
  return fileURLToPath(path);
}
