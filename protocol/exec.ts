/**
 * Execs: commands that are sent as a whole, not found in the mission directory.
 *
 * @module
 */
import * as v from "valibot";
import type { MissionStatus } from "./mission.ts";
import { FILE_ROLE, UUID } from "./names.ts";
import { nameOf, oneOf, openWord, stagingId, text, timeout } from "./schemas.ts";

/** The body of `POST /v1/exec/dispatch`. */
export interface ExecBody {
  /** A lane of the dugdale. */
  readonly lane: string;
  /** Command line, used as it is. */
  readonly command: readonly string[];
  /** An uploaded script. Default none. */
  readonly script?: { readonly staging_id: string } | undefined;
  /** Input files by key. Default none. */
  readonly in?: readonly { readonly key: string; readonly staging_id: string }[] | undefined;
  /** Keys of output files. Default none. */
  readonly out?: readonly { readonly key: string }[] | undefined;
  /** Whether standard input comes from a file: sent to this exec only, or to many. Default `none`. */
  readonly stdin?: "none" | "single" | "broadcast" | undefined;
  /** That file. */
  readonly stdin_staging_id?: string | undefined;
  /** A duration as in {@linkcode parseDuration}, counted from the start of the process. */
  readonly timeout?: string | undefined;
  /** Groups the execs of one fan-out. */
  readonly group_id?: string | undefined;
  /** At most 256 bytes, no control characters. */
  readonly display_name?: string | undefined;
}

const key = nameOf(FILE_ROLE, "The name of the file within the exec");

/** Maximum length in bytes of a {@linkcode ExecBody.display_name}. */
export const DISPLAY_NAME_MAX_BYTES = 256;

/** Checks an {@linkcode ExecBody}. */
export const execBody: v.GenericSchema<unknown, ExecBody> = v.object({
  lane: text("One that the dugdale has"),
  command: v.pipe(v.array(v.string()), v.minLength(1), v.description("argv, used as it is")),
  script: v.optional(v.object({ staging_id: stagingId })),
  in: v.optional(v.array(v.object({ key, staging_id: stagingId }))),
  out: v.optional(v.array(v.object({ key }))),
  stdin: v.optional(
    oneOf(["none", "single", "broadcast"], "none, single or broadcast", "Default `none`"),
  ),
  stdin_staging_id: v.optional(stagingId),
  timeout: v.optional(timeout),
  group_id: v.optional(nameOf(UUID, "Joins the execs of one fan-out")),
  display_name: v.optional(
    v.pipe(v.string(), v.maxLength(DISPLAY_NAME_MAX_BYTES), v.description("Without control characters")),
  ),
});

/** The answer to an accepted or repeated exec. */
export interface ExecReply {
  /** The id that was sent. */
  readonly exec_id: string;
  /** `queued` for a new exec; for a repeat, the status of the first one. */
  readonly status: MissionStatus;
}

/** Checks an {@linkcode ExecReply}. */
export const execReply: v.GenericSchema<unknown, ExecReply> = v.object({
  exec_id: v.string(),
  status: openWord(["queued", "running", "done", "deleting"]),
});
