/**
 * The files of a fake dugdale.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { ProblemError } from "../dugdale/problem_error.ts";
import { json } from "../dugdale/http/answer.ts";
import { contentRange, parseRange } from "../dugdale/staging/byte_ranges.ts";
import { formatHttpDate } from "../dugdale/staging/http_date.ts";
import { parseUpload, refuseEncoding, type UploadRequest } from "../dugdale/staging/upload_request.ts";
import { isStagingId, STAGING_ID, type StagingId } from "../protocol/names.ts";
import type { OutputFile } from "../protocol/mission.ts";
import {
  BYTES_RECEIVED_HEADER,
  SHA256_HEADER,
  TOTAL_SIZE_HEADER,
  UPLOAD_STATUS_HEADER,
} from "../protocol/staging.ts";

/** A file, or as much of it as has come. */
export interface FakeFile {
  readonly sha256: string;
  readonly size: number;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly state: "uploading" | "complete" | "deleting";
  readonly createdMs: number;
  readonly updatedMs: number;
}

const NO_LIMITS = { maxStagingUploadBytes: 0, maxDataDirBytes: 0 };

/** The files of a fake dugdale, in memory. */
export class FakeStaging {
  readonly #files = new Map<string, FakeFile>();
  readonly #uploading = new Set<string>();

  /** The content of a complete file. */
  read(id: string): Uint8Array<ArrayBuffer> | undefined {
    const file = this.#files.get(id);
    return file?.state === "complete" ? file.content : undefined;
  }

  /** Keeps a complete file. */
  keep(id: string, content: Uint8Array<ArrayBuffer>): OutputFile {
    const sha256 = digest(content);
    this.#set(id, { sha256, size: content.length, content, state: "complete" });
    return { staging_id: id, sha256, size: content.length };
  }

  /** What a complete file is. */
  find(id: string): OutputFile | undefined {
    const file = this.#files.get(id);
    return file?.state === "complete" ? { staging_id: id, sha256: file.sha256, size: file.size } : undefined;
  }

  /** A file in whatever state. */
  entry(id: string): FakeFile | undefined {
    return this.#files.get(id);
  }

  /** The id of a complete file with this content. */
  findByContent(sha256: string, size: number): StagingId | undefined {
    for (const [id, file] of this.#files) {
      if (isStagingId(id) && file.state === "complete" && file.sha256 === sha256 && file.size === size) {
        return id;
      }
    }
    return undefined;
  }

  /** Whether it is going away already. @throws {ProblemError} `not_found` */
  isDeleting(id: string): boolean {
    return this.#need(id).state === "deleting";
  }

  /** Removes a file. */
  delete(id: string): void {
    this.#set(id, { ...this.#need(id), content: new Uint8Array(), state: "deleting" });
  }

  /** Takes a file, or the rest of one. */
  async put(id: string, request: Request): Promise<Response> {
    refuseEncoding(request.headers);
    const upload = parseUpload(id, request.headers, NO_LIMITS);
    if (this.#uploading.has(id)) throw new ProblemError("upload_in_progress", "another upload is under way");
    this.#uploading.add(id);
    try {
      const isNew = await this.#take(upload, request.body);
      const { sha256, total: size } = upload;
      const reply = { staging_id: id, sha256, size, ttl_seconds: 3600 };
      return isNew ? json(reply, 201) : json(reply, 200, { connection: "close" });
    } finally {
      this.#uploading.delete(id);
    }
  }

  /** Tells how far an upload is. */
  head(id: string): Response {
    const file = this.#files.get(id);
    if (!isStagingId(id)) return new Response(null, { status: 400 });
    if (file === undefined) return new Response(null, { status: 404 });
    const { sha256, size, content, state } = file;
    const headers = new Headers({ [SHA256_HEADER]: sha256, [UPLOAD_STATUS_HEADER]: state });
    if (state === "complete") headers.set("Content-Length", String(size));
    if (state === "uploading") {
      headers.set(UPLOAD_STATUS_HEADER, "incomplete");
      headers.set(BYTES_RECEIVED_HEADER, String(content.length));
      headers.set(TOTAL_SIZE_HEADER, String(size));
    }
    return new Response(null, { headers });
  }

  /** Gives a file, or one range of it. */
  get(id: string, range: string | null): Response {
    const { sha256, size, content, state, updatedMs } = this.#need(id);
    if (state === "deleting") throw new ProblemError("deleting", `staging file ${id} is being deleted`);
    if (state === "uploading") {
      const details = { bytes_received: content.length, total_size: size };
      throw new ProblemError("staging_uploading", `staging file ${id} is not complete`, { details });
    }
    const headers = new Headers({
      [SHA256_HEADER]: sha256,
      "Content-Type": "application/octet-stream",
      "Accept-Ranges": "bytes",
      "Last-Modified": formatHttpDate(Math.floor(updatedMs / 1000)),
    });
    const wanted = parseRange(range, size);
    if (wanted === "unsatisfiable") {
      headers.set("Content-Range", `bytes */${size}`);
      return new Response("invalid range\n", { status: 416, headers });
    }
    const [part] = wanted === "whole" ? [] : wanted;
    const { start, length } = part ?? { start: 0, length: size };
    headers.set("Content-Length", String(length));
    if (part !== undefined) headers.set("Content-Range", contentRange(part, size));
    return new Response(content.subarray(start, start + length), { status: part ? 206 : 200, headers });
  }

  /** @returns Whether this request completed it. */
  async #take(
    { stagingId, sha256, start, total }: UploadRequest,
    body: ReadableStream<Uint8Array<ArrayBuffer>> | null,
  ): Promise<boolean> {
    const known = this.#files.get(stagingId);
    if (known !== undefined && (known.sha256 !== sha256 || known.size !== total)) {
      const details = { existing_sha256: known.sha256, existing_size: known.size };
      throw new ProblemError("content_mismatch", "the id is taken by another content", { details });
    }
    if (known?.state === "complete") return false;
    if (known?.state === "deleting") {
      throw new ProblemError("conflict", "the file is being deleted", { details: { state: known.state } });
    }
    const received = known?.content.length ?? 0;
    if (start !== received) {
      const details = known === undefined ? {} : { details: { bytes_received: received } };
      throw new ProblemError("range_not_satisfiable", "the upload goes on elsewhere", details);
    }
    const parts = [known?.content ?? new Uint8Array()];
    try {
      for await (const part of body ?? []) parts.push(part);
    } finally {
      // What came before a connection broke is kept.
      const content = new Uint8Array(await new Blob(parts).arrayBuffer()).slice(0, total);
      this.#set(stagingId, { sha256, size: total, content, state: "uploading" });
    }
    this.#complete(stagingId);
    return true;
  }

  #complete(id: string): void {
    const file = this.#need(id);
    const { content, size, sha256 } = file;
    if (content.length < size) {
      const details = { bytes_received: content.length };
      throw new ProblemError("incomplete_upload", "the file is longer than the upload", { details });
    }
    const isRight = digest(content) === sha256;
    this.#set(id, { ...file, state: isRight ? "complete" : "deleting" });
    if (!isRight) throw new ProblemError("content_mismatch", "the content is not what was announced");
  }

  #set(id: string, file: Omit<FakeFile, "createdMs" | "updatedMs">): void {
    const updatedMs = Date.now();
    this.#files.set(id, { ...file, createdMs: this.#files.get(id)?.createdMs ?? updatedMs, updatedMs });
  }

  #need(id: string): FakeFile {
    const file = this.#files.get(id);
    if (!isStagingId(id)) throw new ProblemError("bad_request", STAGING_ID.refusal(id));
    if (file === undefined) throw new ProblemError("not_found", `there is no staging file ${id}`);
    return file;
  }
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
