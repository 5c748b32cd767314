import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { checkDataDirPrivate } from "../../config/dugdale/paths.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import { type Disk, systemDisk } from "./disk.ts";
import type { Log } from "./log.ts";

/** The captured streams of a mission, each a file of its own. */
export type CaptureName = (typeof CAPTURES)[number];
const CAPTURES = ["stdout", "stderr", "combined"] as const;

/** The data directory cannot be used as it is; the message says what to do. */
export class DataDirError extends Error {
  /** The name of the class. */
  override readonly name = "DataDirError";
}

/** Where everything lies below the data directory. Only checked ids become parts of a path. */
export class DataDir {
  readonly root: string;
  /** What reads and writes the files. */
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

  /** The folders below the data directory that hold files of missions. */
  get folders(): readonly string[] {
    return ["output", "staging", "tombstone", "work"].map((name) => join(this.root, name));
  }

  /** Creates {@linkcode folders}. */
  make(): void {
    for (const folder of this.folders) this.disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /**
   * Makes a directory and a database file that no other user can read, whatever the umask; SQLite gives the files
   * beside the database the same mode. To be called before the database is opened.
   *
   * @throws {ConfigError} When the directory belongs to another user, or every user can write to it.
   * @throws {DataDirError} When the database is gone and its files are not.
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
   * To be called when the database knows of nothing: with the first search for orphans, files of an earlier one would
   * all be removed.
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
   * Removes a file, or a folder with all that is in it, whether it is there or not. What cannot be removed is moved
   * to `unremovable/`, where nothing looks at it again, and is told once.
   */
  async remove(path: string, log: Pick<Log, "error">): Promise<void> {
    try {
      await this.disk.rm(path, { recursive: true, force: true });
    } catch (err) {
      const folder = join(this.root, "unremovable");
      this.disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
      const aside = join(folder, basename(path));
      // Where it cannot be moved either, it is tried again; to say so again would fill the log.
      const moved = await this.disk.rename(path, aside).then(() => true, () => false);
      if (!this.#told.has(path)) {
        log.error("cannot be removed", { path, err, ...(moved ? { moved_to: aside } : {}) });
      }
      this.#told.add(path);
    }
  }

  /**
   * Files are spread by the last byte of their id. The first bytes are the time: a folder of all files of some
   * weeks grows without bound, and creating files in a folder with many deleted ones is slow.
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

/** Any entry that is so many levels below a folder. */
function firstBelow(folder: string, levels: number): string | undefined {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return levels === 1
    ? paths[0]
    : paths.map((path) => firstBelow(path, levels - 1)).find((path) => path !== undefined);
}
