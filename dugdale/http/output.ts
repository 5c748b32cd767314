import type { MissionStatus } from "../../protocol/mission.ts";
import type { Followed, Followers } from "../engine/followers.ts";
import type { CaptureName } from "../host/data_dir.ts";
import { ProblemError } from "../problem_error.ts";
import type { HandlerParts } from "./parts.ts";

const CHUNK_BYTES = 64 * 1024;

/** Which output to read. */
export interface OutputOptions {
  readonly name: CaptureName;
  /** Until the mission has ended. */
  readonly follow: boolean;
  /** Start offset. Default 0. */
  readonly fromByte?: number;
  /** End offset. Default: the end. */
  readonly toByte?: number | undefined;
}

/**
 * Captured output of a mission, from the start; with `follow` until its end.
 *
 * Reads are synchronous: they come from the page cache, and a thousand followers must not need a thousand threads.
 *
 * @throws {ProblemError} `io_error` when the file exists but cannot be opened.
 */
export function openOutput(
  { id, mission_id: missionId, status }: Followed,
  { name, follow, fromByte = 0, toByte = Infinity }: OutputOptions,
  parts: Pick<HandlerParts, "dataDir" | "store"> & { readonly followers: Pick<Followers, "onOutput"> },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { dataDir } = parts;
  const open = (): number | undefined =>
    openIfThere(() => dataDir.disk.openSync(dataDir.capture(missionId, name), "r"));
  let file = open();
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  let waiting = false, over = false;
  let place = 0;
  const changes = follow && isLive(status) ? parts.followers.onOutput(id, heard) : undefined;

  function heard(last: boolean): void {
    over ||= last;
    if (waiting) read();
  }

  function isLive(now: MissionStatus | undefined): boolean {
    return now === "queued" || now === "running";
  }
  function release(): void {
    changes?.[Symbol.dispose]();
    if (file !== undefined) dataDir.disk.closeSync(file);
    file = undefined;
    waiting = false;
  }
  function readInto(buffer: Uint8Array): number {
    return file === undefined || buffer.length === 0 ? 0 : dataDir.disk.readSync(file, buffer);
  }
  /** An error of a reader must not reach the mission, whose output calls this. */
  function read(): void {
    try {
      readNext();
    } catch (error) {
      controller?.error(error);
      release();
    }
  }
  function readNext(): void {
    waiting = false;
    // Checked before the read: data written between the two is still found.
    const more = changes !== undefined && !over && isLive(parts.store.missions.status(missionId));
    file ??= open();
    const buffer = new Uint8Array(CHUNK_BYTES);
    while (place < fromByte) {
      const skipped = readInto(buffer.subarray(0, Math.min(CHUNK_BYTES, fromByte - place)));
      if (skipped === 0) break;
      place += skipped;
    }
    const bytes = readInto(buffer.subarray(0, Math.min(CHUNK_BYTES, toByte - place)));
    place += bytes;
    if (bytes > 0) {
      controller?.enqueue(bytes < CHUNK_BYTES / 2 ? buffer.slice(0, bytes) : buffer.subarray(0, bytes));
    } else if (more) waiting = true;
    else {
      controller?.close();
      release();
    }
  }
  return new ReadableStream({ start: (own) => void (controller = own), pull: read, cancel: release }, {
    highWaterMark: 0,
  });
}

/** Opens a captured stream; undefined if nothing was printed yet. */
function openIfThere(open: () => number): number | undefined {
  try {
    return open();
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ENOENT") return undefined;
    throw new ProblemError("io_error", "the output cannot be read", { cause });
  }
}
