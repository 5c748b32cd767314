import { isStagingId, type StagingId } from "../../protocol/names.ts";
import type { Call } from "../http/call.ts";
import { json } from "../http/answer.ts";
import { ProblemError } from "../problem_error.ts";
import type { StagingRow } from "../store/staging_files.ts";
import { BodyReader } from "./body_reader.ts";
import { fileProblem, isMissing } from "./file_errors.ts";
import { PartFile } from "./part_file.ts";
import { type StagingParts, uploadTtlMs } from "./parts.ts";
import { parseUpload, refuseEncoding, type UploadRequest } from "./upload_request.ts";
import { deletedMeanwhile, receive, type Taking } from "./receive.ts";

interface Running {
  readonly body: BodyReader;
  readonly ended: Promise<unknown>;
  part?: PartFile;
}

/** Takes files in: resumable, verified, one PUT at a time for each id. */
export class Uploads implements AsyncDisposable {
  readonly #parts: StagingParts;
  readonly #running = new Map<StagingId, Running>();

  constructor(parts: StagingParts) {
    this.#parts = parts;
  }

  /** Whether a PUT for this file is under way. */
  isRunning(stagingId: StagingId): boolean {
    return this.#running.has(stagingId);
  }

  /** How much of an upload has come; the row lags a little behind while a PUT is under way. */
  bytesReceived(row: StagingRow): number {
    return this.#running.get(row.staging_id)?.part?.size ?? row.bytes_received;
  }

  /** Ends the PUT for a file that has just been marked as deleting. */
  stop(stagingId: StagingId): void {
    this.#running.get(stagingId)?.body.stop(deletedMeanwhile(stagingId));
  }

  /** Answers a PUT. @throws {ProblemError} */
  async put(call: Call): Promise<Response> {
    const { headers, body } = call.request;
    const { config, usage } = this.#parts;
    this.#refuseWhileDraining(call.path.id ?? "");
    refuseEncoding(headers);
    usage.check();
    const request = parseUpload(call.path.id ?? "", headers, config.limits);
    const { stagingId } = request;
    if (this.#running.has(stagingId)) {
      throw new ProblemError("upload_in_progress", `another upload of ${stagingId} is under way`);
    }
    using reader = new BodyReader(body, request.length, config.limits.uploadIdleTimeoutMs);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const running: Running = { body: reader, ended };
    this.#running.set(stagingId, running);
    try {
      return await this.#take(request, running);
    } finally {
      this.#running.delete(stagingId);
      resolve();
    }
  }

  /** Ends every PUT, each with what it has got so far on record. */
  async [Symbol.asyncDispose](): Promise<void> {
    const leaving = new ProblemError("draining", "the dugdale is stopping", { retryAfterS: 30 });
    for (const { body } of this.#running.values()) body.stop(leaving);
    await Promise.all(this.#running.values().map(({ ended }) => ended));
  }

  /** An upload that has been begun may go on: only its sender can finish it. */
  #refuseWhileDraining(stagingId: string): void {
    if (!this.#parts.draining()) return;
    if (isStagingId(stagingId) && this.#parts.store.staging.find(stagingId) !== undefined) return;
    throw new ProblemError("draining", "the dugdale is stopping and takes no new uploads", {
      retryAfterS: 30,
    });
  }

  async #take(request: UploadRequest, running: Running): Promise<Response> {
    const { stagingId } = request;
    const { store, dataDir, slots } = this.#parts;
    const row = store.staging.find(stagingId);
    if (row !== undefined) {
      refuseOtherContent(row, request);
      if (row.state === "complete") return this.#accepted(request, 200, { connection: "close" });
      if (row.state !== "uploading") throw deletedMeanwhile(stagingId, row.state);
      await this.#refuseGap(row, request);
    } else {
      await this.#begin(request);
    }
    const path = dataDir.staging(stagingId);
    using part = await PartFile.open(path, row?.bytes_received ?? 0, slots).catch((error) => {
      throw fileProblem(`upload ${stagingId}`, error);
    });
    running.part = part;
    const taking: Taking = { request, part, path, body: running.body };
    await receive(taking, this.#parts);
    return this.#accepted(request, 201);
  }

  async #begin({ stagingId, sha256, start, total }: UploadRequest): Promise<void> {
    if (start !== 0) {
      throw new ProblemError(
        "range_not_satisfiable",
        `upload ${stagingId} is new, it cannot start at ${start}`,
      );
    }
    const { store, clock, config } = this.#parts;
    const { maxIncompleteStagingUploads, maxIncompleteStagingBytes } = config.limits;
    await store.writeSoon(() => {
      const { count, bytes } = store.staging.uploading();
      const tooMany = maxIncompleteStagingUploads > 0 && count >= maxIncompleteStagingUploads;
      if (tooMany || (maxIncompleteStagingBytes > 0 && bytes >= maxIncompleteStagingBytes)) {
        throw new ProblemError(
          "incomplete_uploads_full",
          `${count} uploads of ${bytes} bytes are unfinished`,
        );
      }
      const nowMs = clock.wallMs();
      store.staging.begin(stagingId, sha256, total, nowMs, nowMs + uploadTtlMs(config));
    });
  }

  async #refuseGap(row: StagingRow, { stagingId, start }: UploadRequest): Promise<void> {
    const { dataDir, slots } = this.#parts;
    const held = await slots.run(() => Deno.stat(dataDir.staging(stagingId))).catch((error) => {
      if (!isMissing(error)) throw fileProblem(`upload ${stagingId}`, error);
    });
    const received = row.bytes_received;
    if ((held?.size ?? 0) !== received) {
      throw new ProblemError(
        "range_not_satisfiable",
        `upload ${stagingId} has received ${received} bytes, but its file holds ${held?.size ?? "none"}`,
      );
    }
    if (start === received) return;
    throw new ProblemError(
      "range_not_satisfiable",
      `upload ${stagingId} goes on at byte ${received}, not at ${start}`,
      { details: { bytes_received: received } },
    );
  }

  #accepted({ stagingId, sha256, total }: UploadRequest, status: 200 | 201, headers = {}): Response {
    const ttl_seconds = Math.floor(uploadTtlMs(this.#parts.config) / 1000);
    return json({ staging_id: stagingId, sha256, size: total, ttl_seconds }, status, headers);
  }
}

function refuseOtherContent(row: StagingRow, { stagingId, sha256, total }: UploadRequest): void {
  if (row.sha256 === sha256 && row.size === total) return;
  throw new ProblemError(
    "content_mismatch",
    `staging file ${stagingId} has been declared with other content`,
    {
      details: { existing_sha256: row.sha256, existing_size: row.size },
    },
  );
}
