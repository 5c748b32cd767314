import { isStagingId, type StagingId } from "../../protocol/names.ts";
import type { UploadReply } from "../../protocol/staging.ts";
import { ProblemError } from "../problem_error.ts";
import type { StagingRow } from "../store/staging_row.ts";
import { assertSameContent, begin, resume, type Sender, taken } from "./admission.ts";
import { BodyReader } from "./body_reader.ts";
import { uploadTtlMs } from "./expiry.ts";
import type { PartFile } from "./part_file.ts";
import type { StagingParts } from "./parts.ts";
import { Senders } from "./senders.ts";
import { deletedMeanwhile, receive, type Taking } from "./receive.ts";
import { assertNotEncoded, parseUpload, type UploadRequest } from "./upload_request.ts";

interface Running {
  readonly body: BodyReader;
  readonly ended: Promise<unknown>;
  part?: PartFile;
}

/** A file that is complete, by this PUT or an earlier one. */
export interface Uploaded {
  /** Whether this PUT completed it; otherwise its body was not read. */
  readonly isNew: boolean;
  readonly reply: UploadReply;
}

/** Receives files: resumable, verified, one PUT at a time for each id. */
export class Uploads implements AsyncDisposable {
  readonly #parts: StagingParts;
  readonly #running = new Map<StagingId, Running>();
  readonly #senders = new Senders();

  constructor(parts: StagingParts) {
    this.#parts = parts;
  }

  /** Whether a PUT for this file is in progress. */
  isRunning(stagingId: StagingId): boolean {
    return this.#running.has(stagingId);
  }

  /** Number of PUTs in progress. */
  get count(): number {
    return this.#running.size;
  }

  /** Received bytes of an upload; the row lags slightly behind while a PUT is in progress. */
  bytesReceived(row: StagingRow): number {
    return this.#running.get(row.staging_id)?.part?.size ?? row.bytes_received;
  }

  /** The sender of an upload; undefined if it was begun before this dugdale started. */
  senderOf(stagingId: StagingId): string | undefined {
    return this.#senders.of(stagingId);
  }

  /** Stops the PUT for a file that was just marked as deleting. */
  stop(stagingId: StagingId): void {
    this.#running.get(stagingId)?.body.stop(deletedMeanwhile(stagingId));
  }

  /**
   * Takes one PUT.
   *
   * @param id As in the path, unchecked.
   * @param sender Who sends it.
   * @throws {ProblemError} In the documented order; also when the file is not complete yet.
   */
  async put(
    id: string,
    headers: Headers,
    body: ReadableStream<Uint8Array> | null,
    sender: Sender,
  ): Promise<Uploaded> {
    const { config, usage, clock } = this.#parts;
    this.#assertNotDraining(id);
    assertNotEncoded(headers);
    usage.check();
    const request = parseUpload(id, headers, config.limits);
    const { stagingId } = request;
    if (this.#running.has(stagingId)) {
      throw new ProblemError("upload_in_progress", `another upload of ${stagingId} is under way`);
    }
    using reader = new BodyReader(body, {
      length: request.length,
      idleMs: config.limits.uploadIdleTimeoutMs,
      clock,
    });
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const running: Running = { body: reader, ended };
    this.#running.set(stagingId, running);
    try {
      return await this.#take(request, running, sender);
    } finally {
      this.#running.delete(stagingId);
      resolve();
    }
  }

  /** Stops every PUT and records what it has received. */
  async [Symbol.asyncDispose](): Promise<void> {
    const leaving = new ProblemError("draining", "the dugdale is stopping", { retryAfterS: 30 });
    for (const { body } of this.#running.values()) body.stop(leaving);
    await Promise.all(this.#running.values().map(({ ended }) => ended));
  }

  /** An upload that has begun may continue: only its sender can finish it. */
  #assertNotDraining(id: string): void {
    if (!this.#parts.draining()) return;
    if (isStagingId(id) && this.#parts.store.staging.find(id) !== undefined) return;
    throw new ProblemError("draining", "the dugdale is stopping and takes no new uploads", {
      retryAfterS: 30,
    });
  }

  async #take(request: UploadRequest, running: Running, sender: Sender): Promise<Uploaded> {
    const { stagingId } = request;
    const { store, dataDir } = this.#parts;
    const row = store.staging.find(stagingId);
    if (row !== undefined) {
      if (sender.sees?.(row) === false) throw taken(stagingId);
      assertSameContent(row, request);
      if (row.state === "complete") return this.#uploaded(request, false);
      if (row.state !== "uploading") throw deletedMeanwhile(stagingId, row.state);
    }
    using part = row === undefined
      ? await begin(request, this.#parts, {
        sender,
        senders: this.#senders,
        isRunning: (id) => id !== stagingId && this.isRunning(id),
      })
      : await resume(row, request, this.#parts);
    running.part = part;
    const taking: Taking = { request, part, path: dataDir.staging(stagingId), body: running.body };
    await receive(taking, this.#parts);
    this.#senders.delete(stagingId);
    return this.#uploaded(request, true);
  }

  #uploaded({ stagingId, sha256, total }: UploadRequest, isNew: boolean): Uploaded {
    const ttl_seconds = Math.floor(uploadTtlMs(this.#parts.config) / 1000);
    return { isNew, reply: { staging_id: stagingId, sha256, size: total, ttl_seconds } };
  }
}
