/**
 * Temporary files for streams: size and digest must be known before the first byte is sent, and a retry must be able to
 * resume at any offset.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type FileHandle, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { orAborted } from "../abort.ts";
import { ArgumentError, StagingError } from "../errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";

/** The content of a stream, kept until it is removed. */
export interface Spooled {
  readonly path: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** Removes the file. */
  remove(): Promise<void>;
}

/**
 * Reads a stream to its end, into a temporary file.
 *
 * @throws {ArgumentError} When it was already read, or does not deliver bytes.
 * @throws {StagingError} When it breaks off, or the file cannot be written.
 */
export async function spool(stream: ReadableStream<Uint8Array>, signal?: AbortSignal): Promise<Spooled> {
  const reader = readerOf(stream);
  let folder: string | undefined;
  try {
    folder = await mkdtemp(join(tmpdir(), "letts-")).catch(unwritable);
    const path = join(folder, "file");
    const file = await open(path, "wx", 0o600).catch(unwritable);
    try {
      const { size, sha256 } = await copy(reader, file, signal);
      return { path, size, sha256, remove: remove(folder) };
    } finally {
      await file.close();
    }
  } catch (error) {
    await reader.cancel(error).catch(() => {}); // when it broke off itself, that is what is being reported
    if (folder !== undefined) await remove(folder)();
    throw error;
  }
}

const remove = (folder: string) => () => rm(folder, { recursive: true, force: true });

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** A stream that was already read would silently deliver only the rest, or nothing. */
function readerOf(stream: ReadableStream<Uint8Array>): Reader {
  try {
    new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>);
  } catch (cause) {
    throw new ArgumentError("a stream can be sent once; this one is locked or already read", { cause });
  }
  return stream.getReader();
}

async function copy(
  reader: Reader,
  file: FileHandle,
  signal: AbortSignal | undefined,
): Promise<{ readonly size: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  for (let size = 0;;) {
    const { done, value } = await read(reader, signal);
    if (done) return { size, sha256: hash.digest("hex") };
    if (!(value instanceof Uint8Array)) {
      throw new ArgumentError(`a stream to send must give Uint8Arrays, not ${typeof value}`);
    }
    hash.update(value);
    for (let at = 0; at < value.length;) {
      at += (await file.write(value, at, value.length - at).catch(unwritable)).bytesWritten;
    }
    size += value.length;
  }
}

async function read(reader: Reader, signal: AbortSignal | undefined): ReturnType<Reader["read"]> {
  try {
    return await (signal === undefined ? reader.read() : orAborted(reader.read(), signal));
  } catch (cause) {
    if (signal?.aborted || cause instanceof LettsError) throw cause;
    throw new StagingError("file_unreadable", `stream to send failed: ${words(cause)}`, { cause });
  }
}

function unwritable(cause: unknown): never {
  throw new StagingError("file_unwritable", `cannot write stream to a temporary file: ${words(cause)}`, {
    cause,
  });
}

function words(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
