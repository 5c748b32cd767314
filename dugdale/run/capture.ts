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
  /** Whether to keep the existing content of an earlier attempt of the mission. Default no. */
  readonly append?: boolean;
  /** Maximum number of bytes of stdout and stderr together. */
  readonly limitBytes: number;
  readonly clock: Pick<Clock, "wallMs">;
  /** Called after a write, for followers. */
  readonly onWrite: () => void;
  /** Called when a stream cannot be written and is abandoned: its further output is dropped. */
  readonly onFailure: (name: CaptureName, error: unknown) => void;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Captures output: stdout and stderr unchanged, and both in order of arrival as NDJSON. At the limit a marker is
 * written and further output is dropped, but still read, so that the process does not block; a full disk is handled
 * like a limit without a marker.
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

  /** Captures a chunk as far as the limit allows. */
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
      // Not UTF-8, or a character split by the end of the chunk.
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
