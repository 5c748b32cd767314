import { join } from "node:path";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import { type Disk, systemDisk } from "./disk.ts";

/** The captured streams of a mission, each a file of its own. */
export type CaptureName = (typeof CAPTURES)[number];
const CAPTURES = ["stdout", "stderr", "combined"] as const;

/** Where everything lies below the data directory. Only checked ids become parts of a path. */
export class DataDir {
  readonly root: string;
  /** What reads and writes the files. */
  readonly disk: Disk;
  readonly database: string;
  readonly lock: string;
  readonly #made = new Set<string>();

  constructor(root: string, disk: Disk = systemDisk) {
    this.root = root;
    this.disk = disk;
    this.database = join(root, "state.db");
    this.lock = join(root, "dugdale.lock");
  }

  /** The folders below the data directory that hold files of missions. */
  get folders(): readonly string[] {
    return ["output", "staging", "tombstone", "work"].map((name) => join(this.root, name));
  }

  /** Creates {@linkcode folders}. */
  make(): void {
    for (const folder of this.folders) this.disk.mkdirSync(folder, { recursive: true });
  }

  /** Working directory of a mission's process. */
  work(id: MissionId): string {
    return join(this.root, "work", id);
  }

  /** A captured stream. Its folder is made on first use. */
  capture(id: MissionId, name: CaptureName): string {
    return join(this.#shard("output", id), `${id}-${name}`);
  }

  /** All captured streams of a mission, whether it has them or not. */
  captures(id: MissionId): string[] {
    return CAPTURES.map((name) => this.capture(id, name));
  }

  /** An uploaded or collected file. Its folder is made on first use. */
  staging(id: StagingId): string {
    return join(this.#shard("staging", id), id);
  }

  /** Where a deleted staging file waits until no download can be reading it any more. */
  tombstone(id: StagingId): string {
    return join(this.root, "tombstone", id);
  }

  /**
   * Files are spread by the last byte of their id. The first bytes are the time: a folder of all files of some
   * weeks grows without bound, and creating files in a folder with many deleted ones is slow.
   */
  #shard(kind: "output" | "staging", id: string): string {
    const folder = join(this.root, kind, id.slice(-2));
    if (!this.#made.has(folder)) {
      this.disk.mkdirSync(folder, { recursive: true });
      this.#made.add(folder);
    }
    return folder;
  }
}
