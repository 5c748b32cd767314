import { SHA256_HEADER } from "../../protocol/staging.ts";
import type { DiskFile } from "../host/disk.ts";
import type { StagingRow } from "../store/staging_row.ts";
import { type ByteRange, contentRange, parseRange } from "./byte_ranges.ts";
import { rangeInForce, weigh } from "./conditions.ts";
import { fileProblem, isGone } from "./file_errors.ts";
import { FileSource, type Piece } from "./file_stream.ts";
import { formatHttpDate } from "./http_date.ts";
import type { StagingParts } from "./parts.ts";

const TYPE = "application/octet-stream";

/** An answer with a body. */
interface Content {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly pieces: readonly Piece[];
}

/** Serves complete files: whole, in parts, or not at all if the client already has them. */
export class Downloads {
  readonly #parts: StagingParts;

  constructor(parts: StagingParts) {
    this.#parts = parts;
  }

  /**
   * Answers a GET for a complete file.
   *
   * @param counts Whether a whole download shortens the life of the file.
   * @throws {ProblemError} `gone`, `io_error`
   */
  async get(row: StagingRow, headers: Headers, counts = true): Promise<Response> {
    const file = await this.#open(row);
    try {
      const modifiedS = Math.floor(row.time_updated / 1000);
      const about = { [SHA256_HEADER]: row.sha256, "last-modified": formatHttpDate(modifiedS) };
      const verdict = weigh(headers, modifiedS);
      const wanted = parseRange(rangeInForce(headers, modifiedS), row.size);
      if (verdict !== "send" || wanted === "unsatisfiable") {
        file.close();
        if (verdict === "not_modified") return new Response(null, { status: 304, headers: about });
        if (verdict === "precondition_failed") return new Response(null, { status: 412, headers: about });
        return unsatisfiable(row);
      }
      if (wanted === "whole") return await this.#whole(file, row, about, counts);
      return await this.#partial(file, row, about, wanted);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  async #open(row: StagingRow): Promise<DiskFile> {
    const { dataDir, slots, log } = this.#parts;
    const open = (path: string) => slots.run(() => dataDir.disk.openFile(path));
    try {
      return await open(dataDir.staging(row.staging_id)).catch((error) => {
        if (!isGone(error)) throw error;
        return open(dataDir.tombstone(row.staging_id));
      });
    } catch (cause) {
      throw fileProblem(log, `staging file ${row.staging_id}`, cause);
    }
  }

  async #whole(
    file: DiskFile,
    row: StagingRow,
    about: Record<string, string>,
    counts: boolean,
  ): Promise<Response> {
    const { store, clock, log } = this.#parts;
    if (counts && row.downloaded_at === null) {
      await store.writeSoon(() => store.staging.touchDownload(row.staging_id, clock.wallMs())).catch((err) =>
        // It only shortens the life of the file: the content was delivered.
        log.error("db_error", { op: "download", staging_id: row.staging_id, err })
      );
    }
    const headers = { ...about, "content-type": TYPE };
    return await this.#send(file, row, { status: 200, headers, pieces: [{ start: 0, length: row.size }] });
  }

  async #partial(
    file: DiskFile,
    row: StagingRow,
    about: Record<string, string>,
    ranges: readonly ByteRange[],
  ): Promise<Response> {
    const [range] = ranges;
    if (range !== undefined && ranges.length === 1) {
      const headers = { ...about, "content-type": TYPE, "content-range": contentRange(range, row.size) };
      return await this.#send(file, row, { status: 206, headers, pieces: ranges });
    }
    // No file contains its own digest, so this cannot be mistaken for content.
    const boundary = row.sha256.slice(0, 32);
    const headers = { ...about, "content-type": `multipart/byteranges; boundary=${boundary}` };
    const pieces = multipart(ranges, row.size, boundary);
    return await this.#send(file, row, { status: 206, headers, pieces });
  }

  async #send(file: DiskFile, row: StagingRow, { status, headers, pieces }: Content): Promise<Response> {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return new Response(await this.#body(file, row, pieces), {
      status,
      headers: { ...headers, "content-length": String(length), "accept-ranges": "bytes" },
    });
  }

  /** The rest of a file up to its end is sent by the server itself: with less work, and without our memory. */
  async #body(
    file: DiskFile,
    row: StagingRow,
    pieces: readonly Piece[],
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const [first] = pieces;
    if (
      pieces.length === 1 && first !== undefined && "start" in first &&
      first.start + first.length === row.size
    ) {
      if (first.start > 0) await file.seek(first.start, Deno.SeekMode.Start);
      return file.readable;
    }
    return new FileSource(file, pieces, this.#parts.slots).stream();
  }
}

function multipart(ranges: readonly ByteRange[], size: number, boundary: string): Piece[] {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const parts = ranges.flatMap((range, index) => [
    bytes(
      `${index === 0 ? "" : "\r\n"}--${boundary}\r\n` +
        `Content-Range: ${contentRange(range, size)}\r\nContent-Type: ${TYPE}\r\n\r\n`,
    ),
    range,
  ]);
  return [...parts, bytes(`\r\n--${boundary}--\r\n`)];
}

function unsatisfiable(row: StagingRow): Response {
  return new Response("invalid range: failed to overlap\n", {
    status: 416,
    headers: {
      [SHA256_HEADER]: row.sha256,
      "content-type": "text/plain; charset=utf-8",
      "content-range": `bytes */${row.size}`,
      "x-content-type-options": "nosniff",
    },
  });
}
