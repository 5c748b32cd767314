/**
 * The files of one launch, uploaded under ids that a repeat of the launch uses again.
 *
 * @module
 */
import { orAborted } from "../abort.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";
import type { Scope } from "../../protocol/routes.ts";
import type { Connection } from "../http/connection.ts";
import { derivedStagingId } from "./derived_staging_id.ts";
import { type LocalFile, openLocalFile } from "./local_file.ts";
import type { FileSource } from "../types.ts";
import { upload } from "./upload.ts";

/** Measures and hashes a file; a fan-out does this once for all its jobs. */
export type OpenFile = (source: FileSource, signal?: AbortSignal) => Promise<LocalFile>;

/** Files sent by several launches. */
export interface SharedFiles extends AsyncDisposable {
  /** As {@linkcode openLocalFile}, once for each source. An unreadable source fails every launch. */
  readonly open: OpenFile;
}

/**
 * Files sent by several launches, kept until they are released together.
 *
 * @param reading Ends the reading. The signal of a launch ends its own wait only and leaves the file open for the
 * others.
 */
export function shareFiles(reading: AbortSignal | undefined): SharedFiles {
  const opened = new Map<FileSource, Promise<LocalFile>>();
  return {
    async open(source, signal) {
      const known = opened.get(source) ?? openLocalFile(source, reading);
      opened.set(source, known);
      const file = await (signal === undefined ? known : orAborted(known, signal));
      return { ...file, [Symbol.asyncDispose]: () => Promise.resolve() };
    },
    async [Symbol.asyncDispose]() {
      for (const result of await Promise.allSettled(opened.values())) {
        if (result.status === "fulfilled") await result.value[Symbol.asyncDispose]();
      }
    },
  };
}

/** Properties shared by the files of a launch. */
export interface StageOptions {
  readonly connection: Connection;
  readonly missionId: MissionId;
  readonly scopes: readonly Scope[];
  readonly signal?: AbortSignal | undefined;
}

/** Uploads one file of a mission; the id is derived from the mission, the slot and the content. */
export function stage(file: LocalFile, slot: string, options: StageOptions): Promise<StagingId> {
  const { connection, missionId, scopes, signal } = options;
  const toId = (generation: number) => derivedStagingId(missionId, slot, file.sha256, generation);
  return upload(connection, file, { scopes, signal, missionId, toId });
}
