/** A dugdale that keeps staging files, for tests of uploads and launches with files. @module */
import { createHash } from "node:crypto";
import type { Seen } from "./scripted.ts";
import { problem } from "./scripted.ts";

interface Kept {
  readonly sha256: string;
  readonly size: number;
  bytes: Uint8Array;
  state: "uploading" | "complete" | "deleting";
}

/** The staging area of one scripted dugdale. */
export class StagingArea {
  readonly files: Map<string, Kept> = new Map();

  /** Pretends that the start of a file has come before. */
  begin(id: string, content: Uint8Array, received: number): void {
    const sha256 = createHash("sha256").update(content).digest("hex");
    this.files.set(id, {
      sha256,
      size: content.length,
      bytes: content.slice(0, received),
      state: "uploading",
    });
  }

  /** Answers a request below `/v1/staging/`; undefined for any other. */
  answer({ method, target, headers, body }: Seen): Response | undefined {
    const id = /^\/v1\/staging\/([0-9a-f-]{36})$/.exec(target)?.[1];
    if (id === undefined) return undefined;
    const kept = this.files.get(id);
    if (method === "HEAD") return kept ? head(kept) : new Response(null, { status: 404 });
    if (method === "GET") return kept ? get(kept) : problem(404, "not_found");
    const sha256 = headers.get("X-Letts-Sha256") ?? "";
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("Content-Range") ?? "");
    const start = Number(range?.[1] ?? 0);
    const size = range ? Number(range[3]) : Number(headers.get("Content-Length"));
    if (kept?.state === "deleting") return problem(409, "conflict", { details: { state: "deleting" } });
    if (kept && (kept.sha256 !== sha256 || kept.size !== size)) return problem(409, "content_mismatch");
    if (start !== (kept?.bytes.length ?? 0)) {
      return problem(416, "range_not_satisfiable", { details: { bytes_received: kept?.bytes.length ?? 0 } });
    }
    const bytes = new Uint8Array(start + body.length);
    bytes.set(kept?.bytes ?? []);
    bytes.set(body, start);
    this.files.set(id, { sha256, size, bytes, state: bytes.length === size ? "complete" : "uploading" });
    if (bytes.length < size) {
      return problem(400, "incomplete_upload", { details: { bytes_received: bytes.length } });
    }
    if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
      this.files.delete(id);
      return problem(409, "content_mismatch");
    }
    return Response.json({ staging_id: id, sha256, size, ttl_seconds: 60 }, { status: 201 });
  }
}

function head({ state, sha256, size, bytes }: Kept): Response {
  const headers = new Headers({ "X-Letts-Sha256": sha256, "X-Letts-Upload-Status": state });
  if (state === "complete") headers.set("Content-Length", String(size));
  if (state === "uploading") {
    headers.set("X-Letts-Upload-Status", "incomplete");
    headers.set("X-Letts-Bytes-Received", String(bytes.length));
    headers.set("X-Letts-Total-Size", String(size));
  }
  return new Response(null, { headers });
}

function get({ sha256, bytes }: Kept): Response {
  return new Response(bytes.slice(), { headers: { "X-Letts-Sha256": sha256 } });
}
