import type { MissionKind, MissionStatus, OutcomeKind } from "../../protocol/mission.ts";
import type { MissionId, StagingId } from "../../protocol/names.ts";

/** A row of table `missions`; JSON columns stay the bytes that were sent. */
export interface MissionRow {
  /** The row's number, which the other tables refer to. */
  readonly id: number;
  readonly mission_id: MissionId;
  readonly kind: MissionKind;
  readonly lane: string;
  readonly mission_name: string;
  readonly status: MissionStatus;
  readonly time_created: number;
  readonly time_started: number | null;
  readonly time_finished: number | null;
  readonly timeout_ms: number | null;
  readonly pid: number | null;
  readonly process_start: number | null;
  readonly outcome: OutcomeKind | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly fail_reason: string | null;
  readonly fail_message: string | null;
  readonly fail_details: string | null;
  readonly done_seq: number | null;
  readonly progress_dropped: number;
  readonly truncated_stdout: number;
  readonly truncated_stderr: number;
  readonly runtime: number | null;
  readonly display_name: string | null;
  readonly group_id: string | null;
  readonly restarted_from: string | null;
  readonly input_fingerprint: string;
  readonly traceparent: string | null;
  readonly ending: string | null;
  readonly return_value: string | null;
  readonly input: string;
}

/** What a dispatch, an exec or a restart puts into the table. */
export interface NewMission {
  readonly missionId: MissionId;
  readonly kind: MissionKind;
  readonly lane: string;
  readonly missionName: string;
  readonly createdMs: number;
  readonly timeoutMs: number | null;
  /** Row of `runtimes`; null for an exec. */
  readonly runtime: number | null;
  readonly displayName: string | null;
  readonly groupId: string | null;
  readonly restartedFrom: MissionId | null;
  readonly fingerprint: string;
  /** W3C trace context that came with the dispatch; no part of the fingerprint. */
  readonly traceparent: string | null;
  /** Canonical JSON. */
  readonly input: string;
  readonly files: readonly NewMissionFile[];
}

/** A staging file that a new mission needs. */
export interface NewMissionFile {
  readonly stagingId: StagingId;
  readonly kind: "input" | "script";
  readonly role: string;
}

/** A file of a mission together with what is known of its content. */
export interface MissionFileRow {
  readonly staging_id: StagingId;
  readonly ref_kind: "input" | "output" | "script";
  readonly role: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: string;
}

/** How missions were to be started when this one was dispatched. */
export interface RuntimeRow {
  readonly mission_dir: string;
  /** JSON: an array of strings, or `null`. */
  readonly command_template: string;
  readonly mission_path_template: string;
  readonly validate_mission_file: number;
}

/** Everything that the end of a mission settles. */
export interface Ending {
  readonly outcome: OutcomeKind;
  readonly exitCode: number;
  readonly signal: string | null;
  readonly failReason: string | null;
  readonly failMessage: string | null;
  /** JSON text. */
  readonly failDetails: string | null;
  /** JSON text, as the mission wrote it but without white space. */
  readonly returnValue: string | null;
  readonly progressDropped: number;
  readonly truncatedStdout: boolean;
  readonly truncatedStderr: boolean;
}
