import { Buffer } from "node:buffer";
import { cutMark } from "../../protocol/cut_mark.ts";
import type { Clock } from "../host/clock.ts";
import type { CaptureName } from "../host/data_dir.ts";
import type { Disk } from "../host/disk.ts";

/** The settings of a capture. */
export interface CaptureOptions {
  readonly disk: Pick<Disk, "closeSync" | "openSync" | "writeSync">;
  /** Path of each file; a file is created with its first byte. */
  readonly path: (name: CaptureName) => string;
  /** Whether to keep what the files hold already, from an earlier attempt of the mission. Default no. */
  readonly append?: boolean;
  /** Bytes that stdout and stderr may have together. */
  readonly limitBytes: number;
  readonly clock: Pick<Clock, "wallMs">;
  /** Called after something was written, for those who follow. */
  readonly onWrite: () => void;
  /** Called when a stream is given up because it cannot be written: what it prints from then on is dropped. */
  readonly onFailure: (name: CaptureName, error: unknown) => void;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Keeps what a process prints: stdout and stderr as they are, and both in the order of their arrival as NDJSON.
 * Beyond the limit a mark is left and the rest is dropped, but still read, so that the process does not block; a full
 * disk is no more to it than a limit without a mark.
 *
 * Writes are synchronous: they go to the page cache, keep the order of both streams, and need no queue.
 */
export class Capture implements Disposable {
  readonly truncated: { stdout: boolean; stderr: boolean } = { stdout: false, stderr: false };
  readonly #options: CaptureOptions;
  readonly #files = new Map<CaptureName, number>();
  #leftBytes: number;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#leftBytes = options.limitBytes;
  }

  /** Keeps a chunk as far as the limit allows. */
  write(name: "stdout" | "stderr", chunk: Uint8Array): void {
    if (this.truncated[name]) return;
    const kept = chunk.subarray(0, this.#leftBytes);
    this.#leftBytes -= kept.length;
    try {
      if (kept.length > 0) {
        this.#append(name, kept);
        this.#append("combined", this.#envelope(name, kept));
      }
      if (kept.length < chunk.length) {
        this.truncated[name] = true;
        this.#append(name, cutMark(this.#options.limitBytes));
      }
    } catch (error) {
      this.truncated[name] = true;
      this.#options.onFailure(name, error);
    }
    this.#options.onWrite();
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) this.#options.disk.closeSync(file);
    this.#files.clear();
  }

  #envelope(stream: "stdout" | "stderr", chunk: Uint8Array): string {
    const t = this.#options.clock.wallMs();
    try {
      return JSON.stringify({ t, stream, data: utf8.decode(chunk) }) + "\n";
    } catch {
      // Not UTF-8, or a character cut in two by the end of the chunk.
      return JSON.stringify({ t, stream, data: Buffer.from(chunk).toString("base64"), encoding: "base64" }) +
        "\n";
    }
  }

  #append(name: CaptureName, data: string | Uint8Array): void {
    let file = this.#files.get(name);
    if (file === undefined) {
      const { disk, path, append = false } = this.#options;
      file = disk.openSync(path(name), append ? "a" : "w", 0o600);
      this.#files.set(name, file);
    }
    let rest: Uint8Array = typeof data === "string" ? Buffer.from(data) : data;
    while (rest.length > 0) rest = rest.subarray(this.#options.disk.writeSync(file, rest));
  }
}
