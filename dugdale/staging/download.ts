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

/** Hands complete files out: whole, in parts, or not at all when the caller has them already. */
export class Downloads {
  readonly #parts: StagingParts;

  constructor(parts: StagingParts) {
    this.#parts = parts;
  }

  /** Answers a GET for a complete file. @throws {ProblemError} `gone`, `io_error` */
  async get(row: StagingRow, headers: Headers): Promise<Response> {
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
      if (wanted === "whole") return await this.#whole(file, row, about);
      return this.#partial(file, row, about, wanted);
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

  async #whole(file: DiskFile, row: StagingRow, about: Record<string, string>): Promise<Response> {
    const { store, clock, log } = this.#parts;
    if (row.downloaded_at === null) {
      await store.writeSoon(() => store.staging.touchDownload(row.staging_id, clock.wallMs())).catch((err) =>
        // It only shortens the life of the file: the content was delivered.
        log.error("db_error", { op: "download", staging_id: row.staging_id, err })
      );
    }
    const headers = { ...about, "content-type": TYPE };
    return this.#send(file, 200, headers, [{ start: 0, length: row.size }]);
  }

  #partial(
    file: DiskFile,
    row: StagingRow,
    about: Record<string, string>,
    ranges: readonly ByteRange[],
  ): Response {
    const [range] = ranges;
    if (range !== undefined && ranges.length === 1) {
      const headers = { ...about, "content-type": TYPE, "content-range": contentRange(range, row.size) };
      return this.#send(file, 206, headers, ranges);
    }
    // No file holds its own digest, so this cannot be mistaken for content.
    const boundary = row.sha256.slice(0, 32);
    const headers = { ...about, "content-type": `multipart/byteranges; boundary=${boundary}` };
    return this.#send(file, 206, headers, multipart(ranges, row.size, boundary));
  }

  #send(
    file: DiskFile,
    status: number,
    headers: Record<string, string>,
    pieces: readonly Piece[],
  ): Response {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    return new Response(new FileSource(file, pieces, this.#parts.slots).stream(), {
      status,
      headers: { ...headers, "content-length": String(length), "accept-ranges": "bytes" },
    });
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
