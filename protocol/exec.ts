/**
 * Commands that are sent whole instead of being found in the mission directory.
 *
 * @module
 */
import * as v from "valibot";
import type { MissionStatus } from "./mission.ts";

/** The body of `POST /v1/exec/dispatch`. */
export interface ExecBody {
  readonly lane: string;
  /** argv, used as it is. */
  readonly command: readonly string[];
  readonly script?: { readonly staging_id: string } | undefined;
  readonly in?: readonly { readonly key: string; readonly staging_id: string }[] | undefined;
  readonly out?: readonly { readonly key: string }[] | undefined;
  readonly stdin?: "none" | "single" | "broadcast" | undefined;
  readonly stdin_staging_id?: string | undefined;
  readonly timeout?: string | undefined;
  /** Joins the execs of one fan-out. */
  readonly group_id?: string | undefined;
  /** At most 256 bytes, no control characters. */
  readonly display_name?: string | undefined;
}

/** The answer to an accepted or repeated exec. */
export interface ExecReply {
  readonly exec_id: string;
  readonly status: MissionStatus;
}

/** Checks an {@linkcode ExecReply}. */
export const execReply: v.GenericSchema<unknown, ExecReply> = v.object({
  exec_id: v.string(),
  status: v.picklist(["queued", "running", "done", "deleting"]),
});
