import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { checkDataDirPrivate } from "../../config/dugdale/paths.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import { type Disk, systemDisk } from "./disk.ts";
import type { Log } from "./log.ts";

/** What a mission prints, and what it writes to its log: each a file of its own. */
export type CaptureName = (typeof CAPTURES)[number];
const CAPTURES = ["stdout", "stderr", "combined", "log"] as const;

/** The data directory is unusable; the message says what to do. */
export class DataDirError extends Error {
  /** The name of the class. */
  override readonly name = "DataDirError";
}

/** The layout of the data directory. Only validated ids become parts of a path. */
export class DataDir {
  readonly root: string;
  /** Access to the files. */
  readonly disk: Disk;
  readonly database: string;
  readonly lock: string;
  readonly #made = new Set<string>();
  /** Paths that could not be removed. */
  readonly #told = new Set<string>();

  constructor(root: string, disk: Disk = systemDisk) {
    this.root = root;
    this.disk = disk;
    this.database = join(root, "state.db");
    this.lock = join(root, "dugdale.lock");
  }

  /** The folders of the data directory that hold files of missions. */
  get folders(): readonly string[] {
    return ["output", "staging", "tombstone", "work"].map((name) => join(this.root, name));
  }

  /** Creates {@linkcode folders}. */
  make(): void {
    for (const folder of this.folders) this.disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Creates the directory and the database file with private permissions, whatever the umask; SQLite gives the files
   * beside the database the same mode. Call it before the database is opened.
   *
   * @throws {ConfigError} When the directory belongs to another user, or is writable by everyone.
   * @throws {DataDirError} When the database is missing but its files are not.
   */
  static open(root: string): DataDir {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    checkDataDirPrivate(root);
    const dataDir = new DataDir(root);
    const { database } = dataDir;
    if ((statSync(database, { throwIfNoEntry: false })?.size ?? 0) === 0) dataDir.requireNoFiles();
    closeSync(openSync(database, "a", 0o600));
    chmodSync(root, 0o700);
    for (const path of [database, `${database}-wal`, `${database}-shm`]) {
      if (existsSync(path)) chmodSync(path, 0o600);
    }
    return dataDir;
  }

  /**
   * Call it when the database is empty: the first search for orphans would remove all files of an earlier one.
   *
   * @throws {DataDirError} When there are files of missions.
   */
  requireNoFiles(): void {
    for (const name of ["output", "staging", "work"]) {
      const folder = join(this.root, name);
      const file = firstBelow(folder, name === "work" ? 1 : 2);
      if (file === undefined) continue;
      throw new DataDirError(
        `${this.database} is missing or new, but ${file} is there: restore the database, or move output, staging and work away`,
      );
    }
  }

  /** Working directory of a mission's process. */
  work(id: MissionId): string {
    return join(this.root, "work", id);
  }

  /** Path of a captured stream. Its folder is created on first use. */
  capture(id: MissionId, name: CaptureName): string {
    return join(this.#shard("output", id), `${id}-${name}`);
  }

  /** Paths of all captured streams of a mission, whether they exist or not. */
  captures(id: MissionId): string[] {
    return CAPTURES.map((name) => this.capture(id, name));
  }

  /** Path of an uploaded or collected file. Its folder is created on first use. */
  staging(id: StagingId): string {
    return join(this.#shard("staging", id), id);
  }

  /** Where a deleted staging file is kept until no download can be reading it any more. */
  tombstone(id: StagingId): string {
    return join(this.root, "tombstone", id);
  }

  /**
   * Removes a file or folder recursively, if it exists. What cannot be removed is moved to `unremovable/`, where it is
   * ignored, and is reported once.
   */
  async remove(path: string, log: Pick<Log, "error">): Promise<void> {
    try {
      await this.disk.rm(path, { recursive: true, force: true });
    } catch (err) {
      const folder = join(this.root, "unremovable");
      this.disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
      const aside = join(folder, basename(path));
      // If it cannot be moved either, it is tried again without another log message.
      const moved = await this.disk.rename(path, aside).then(() => true, () => false);
      if (!this.#told.has(path)) {
        log.error("cannot be removed", { path, err, ...(moved ? { moved_to: aside } : {}) });
      }
      this.#told.add(path);
    }
  }

  /**
   * Files are distributed by the last byte of their id. The first bytes are the time: the folder of a period would grow
   * without bound, and creating files in a folder with many deleted ones is slow.
   */
  #shard(kind: "output" | "staging", id: string): string {
    const folder = join(this.root, kind, id.slice(-2));
    if (!this.#made.has(folder)) {
      this.disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
      this.#made.add(folder);
    }
    return folder;
  }
}

/** Whether a folder has an entry at a given depth. */
function firstBelow(folder: string, levels: number): string | undefined {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return levels === 1
    ? paths[0]
    : paths.map((path) => firstBelow(path, levels - 1)).find((path) => path !== undefined);
}
