import { join } from "node:path";
import type { DugdaleLimits } from "../../config/dugdale/limits.ts";
import { ProblemError } from "../problem_error.ts";
import type { DataDir } from "../host/data_dir.ts";
import type { Slots } from "../host/slots.ts";
import { isMissing, isUnreadable } from "./file_errors.ts";

/** Measured sizes in the data directory, in bytes. */
export interface MeasuredBytes {
  /** Everything, including the database with its log. */
  readonly total: number;
  /** Captured output of missions. */
  readonly output: number;
  /** Uploaded and collected files. */
  readonly staging: number;
}

/** Number of files measured in parallel: enough to keep the disk busy without taking all slots from the uploads. */
const AT_ONCE = 4;

/**
 * Used space of the data directory: the sum of the file sizes at the last scan, plus uploads since then. 0 until the
 * first scan is complete.
 */
export class DiskUsage {
  readonly #dataDir: DataDir;
  readonly #limits: Pick<DugdaleLimits, "maxDataDirBytes">;
  readonly #slots: Slots;
  #measured: MeasuredBytes = { total: 0, output: 0, staging: 0 };
  #added = 0;

  /** @param limits Contains the quota; 0 or less means none. */
  constructor(dataDir: DataDir, limits: Pick<DugdaleLimits, "maxDataDirBytes">, slots: Slots) {
    this.#dataDir = dataDir;
    this.#limits = limits;
    this.#slots = slots;
  }

  /** The best known number of bytes. */
  get bytes(): number {
    return this.#measured.total + this.#added;
  }

  /** The last measurement. */
  get measured(): MeasuredBytes {
    return this.#measured;
  }

  get #maxBytes(): number {
    return this.#limits.maxDataDirBytes;
  }

  /** Counts bytes that were just written, so that the quota need not wait for the next scan. */
  add(bytes: number): void {
    this.#added += bytes;
  }

  /**
   * Rejects new work when the data directory exceeds the quota.
   *
   * @param extra Additional bytes. Default 0.
   * @throws {ProblemError} `disk_quota_exceeded`
   */
  check(extra = 0): void {
    const wanted = this.bytes + extra;
    if (this.#maxBytes <= 0 || wanted <= this.#maxBytes) return;
    throw new ProblemError(
      "disk_quota_exceeded",
      `the data directory would hold ${wanted} bytes, ${this.#maxBytes} are allowed`,
      { retryAfterS: 30 },
    );
  }

  /** The error when work in progress has exceeded the quota; undefined while there is space. */
  problem(): string | undefined {
    if (this.#maxBytes <= 0 || this.bytes < this.#maxBytes) return undefined;
    return `the data directory holds ${this.bytes} bytes, ${this.#maxBytes} are allowed`;
  }

  /** Measures again. Files that are created or removed meanwhile may or may not be counted. */
  async measure(signal: AbortSignal): Promise<void> {
    const before = this.#added;
    const sizes = new Map<string, number>();
    for (const entry of await this.#entries(this.#dataDir.root)) {
      sizes.set(entry, await this.#size(join(this.#dataDir.root, entry), signal));
    }
    const total = sizes.values().reduce((sum, size) => sum + size, 0);
    this.#measured = { total, output: sizes.get("output") ?? 0, staging: sizes.get("staging") ?? 0 };
    this.#added -= before;
  }

  /** The sizes of all files at and below a path. Iterative: missions control the depth. */
  async #size(path: string, signal: AbortSignal): Promise<number> {
    const left = [path];
    let total = 0;
    const visit = async (): Promise<void> => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) {
        signal.throwIfAborted();
        const stat = await this.#slots.run(() => this.#dataDir.disk.lstat(next as string)).catch(
          countAsNothing,
        );
        if (stat?.isDirectory()) {
          for (const name of await this.#entries(next)) left.push(join(next, name));
        } else total += stat?.size ?? 0;
      }
    };
    // A visitor that finds the list empty ends although another may still add to it: hence the rounds.
    while (left.length > 0) await Promise.all(Array.from({ length: AT_ONCE }, visit));
    return total;
  }

  async #entries(folder: string): Promise<string[]> {
    return await this.#slots.run(() => this.#dataDir.disk.readdir(folder)).catch(countAsNothing) ?? [];
  }
}

/** A mission may remove its files, or deny access to them, at any moment. */
function countAsNothing(error: unknown): undefined {
  if (!isMissing(error) && !isUnreadable(error)) throw error;
}
