/**
 * The files of a fake dugdale.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { OutputFile } from "../protocol/mission.ts";
import {
  BYTES_RECEIVED_HEADER,
  SHA256_HEADER,
  TOTAL_SIZE_HEADER,
  UPLOAD_STATUS_HEADER,
} from "../protocol/staging.ts";
import { json, refusal } from "./answers.ts";

interface Kept {
  readonly sha256: string;
  readonly size: number;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** The files of a fake dugdale, in memory. */
export class FakeStaging {
  readonly #files = new Map<string, Kept>();

  /** The content of a complete file. */
  read(id: string): Uint8Array<ArrayBuffer> | undefined {
    const kept = this.#files.get(id);
    return kept !== undefined && kept.content.length === kept.size ? kept.content : undefined;
  }

  /** Keeps a complete file. */
  keep(id: string, content: Uint8Array<ArrayBuffer>): OutputFile {
    const sha256 = digest(content);
    this.#files.set(id, { sha256, size: content.length, content });
    return { staging_id: id, sha256, size: content.length };
  }

  /** What a complete file is. */
  find(id: string): OutputFile | undefined {
    const content = this.read(id);
    return content && { staging_id: id, sha256: digest(content), size: content.length };
  }

  /** A complete file with this content. */
  findByContent(sha256: string): OutputFile | undefined {
    for (const id of this.#files.keys()) {
      const found = this.find(id);
      if (found?.sha256 === sha256) return found;
    }
    return undefined;
  }

  /** Forgets a file. */
  delete(id: string): boolean {
    return this.#files.delete(id);
  }

  /** Takes a file, or the rest of one. */
  async put(id: string, request: Request): Promise<Response> {
    const body = new Uint8Array(await request.arrayBuffer());
    const sha256 = request.headers.get(SHA256_HEADER) ?? "";
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(request.headers.get("Content-Range") ?? "");
    const start = Number(range?.[1] ?? 0);
    const size = range ? Number(range[2]) : body.length;
    const kept = this.#files.get(id);
    if (kept !== undefined && (kept.sha256 !== sha256 || kept.size !== size)) {
      return refusal("content_mismatch");
    }
    if (this.read(id) === undefined || size === 0) {
      const before = kept?.content ?? new Uint8Array();
      if (start !== before.length) {
        return refusal("range_not_satisfiable", { details: { bytes_received: before.length } });
      }
      const content = new Uint8Array(await new Blob([before, body]).arrayBuffer());
      if (content.length === size && digest(content) !== sha256) return refusal("content_mismatch");
      this.#files.set(id, { sha256, size, content });
      if (content.length < size) {
        return refusal("incomplete_upload", { details: { bytes_received: content.length } });
      }
    }
    return json(201, { staging_id: id, sha256, size, ttl_seconds: 3600 });
  }

  /** Tells how far an upload is. */
  head(id: string): Response {
    const kept = this.#files.get(id);
    if (kept === undefined) return new Response(null, { status: 404 });
    const { sha256, size, content } = kept;
    const state: Record<string, string> = content.length === size
      ? { [UPLOAD_STATUS_HEADER]: "complete", "Content-Length": String(size) }
      : {
        [UPLOAD_STATUS_HEADER]: "incomplete",
        [BYTES_RECEIVED_HEADER]: String(content.length),
        [TOTAL_SIZE_HEADER]: String(size),
      };
    return new Response(null, { headers: { [SHA256_HEADER]: sha256, ...state } });
  }

  /** Gives a file, or a range of it. */
  get(id: string, range: string | null): Response {
    const content = this.read(id);
    if (content === undefined) return refusal("not_found");
    const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const part = start === undefined
      ? content
      : content.subarray(Number(start), end ? Number(end) + 1 : undefined);
    const headers = { [SHA256_HEADER]: digest(content), "Content-Length": String(part.length) };
    return new Response(part, { status: start === undefined ? 200 : 206, headers });
  }
}

function digest(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
