/**
 * Schema of `limits` in dugdale.yaml.
 *
 * @module
 */
import { type Fields, named } from "../yaml/collections.ts";
import { byteSize, duration } from "../yaml/quantities.ts";
import { integer } from "../yaml/scalars.ts";
import { type DugdaleLimits, LIMIT_DEFAULTS as DEFAULTS } from "./limits.ts";

type LimitField = Fields<DugdaleLimits>[keyof DugdaleLimits];

function bytes(yamlKey: string, name: keyof DugdaleLimits, description: string): LimitField {
  return named(yamlKey, byteSize(description, DEFAULTS[name]));
}

function count(yamlKey: string, name: keyof DugdaleLimits, description: string): LimitField {
  return named(yamlKey, integer(description, { schema: { default: DEFAULTS[name] } }));
}

function wait(yamlKey: string, name: keyof DugdaleLimits, description: string): LimitField {
  return named(yamlKey, duration(description, DEFAULTS[name]));
}

/** A decoder for each limit. */
export const limitFields: Fields<DugdaleLimits> = {
  maxOutputBufferBytes: bytes(
    "max_output_buffer",
    "maxOutputBufferBytes",
    "Captured stdout and stderr of a mission, together; 0 captures nothing",
  ),
  maxEventsBufferBytes: bytes(
    "max_events_buffer",
    "maxEventsBufferBytes",
    "Events of a mission; 0 is no cap",
  ),
  maxEventLineBytes: bytes("max_event_line_size", "maxEventLineBytes", "A line on fd 3; 0 is no cap"),
  maxReturnValueBytes: bytes("max_return_value_size", "maxReturnValueBytes", "A returned value; 0 is no cap"),
  maxFailMessageBytes: bytes("max_fail_message_size", "maxFailMessageBytes", "A fail message; 0 is no cap"),
  maxFailDetailsBytes: bytes("max_fail_details_size", "maxFailDetailsBytes", "Fail details; 0 is no cap"),
  maxDispatchBodyBytes: bytes(
    "max_dispatch_body_size",
    "maxDispatchBodyBytes",
    "Body of a dispatch; 0 refuses all but empty ones",
  ),
  maxMissionInputBytes: bytes(
    "max_mission_input_size",
    "maxMissionInputBytes",
    "Input of a mission; 0 refuses every dispatch",
  ),
  maxExecBodyBytes: bytes(
    "max_exec_body_size",
    "maxExecBodyBytes",
    "Body of an exec; 0 refuses all but empty ones",
  ),
  maxApplyBodyBytes: bytes(
    "max_apply_body_size",
    "maxApplyBodyBytes",
    "Body of an admin call; 0 refuses all but empty ones",
  ),
  maxJsonDepth: count(
    "max_json_depth",
    "maxJsonDepth",
    "Nesting of an input, a returned value and fail details; 0 is 10,000",
  ),
  progressBufferBytes: bytes(
    "progress_buffer_size",
    "progressBufferBytes",
    "Progress that waits to be stored; 64 events fit in any case",
  ),
  maxOutputFileBytes: bytes("max_output_file_size", "maxOutputFileBytes", "An output file; 0 is no cap"),
  maxStagingUploadBytes: bytes("max_staging_upload_size", "maxStagingUploadBytes", "An upload; 0 is no cap"),
  maxIncompleteStagingBytes: bytes(
    "max_incomplete_staging_bytes",
    "maxIncompleteStagingBytes",
    "All unfinished uploads together; 0 is no cap",
  ),
  maxDataDirBytes: bytes("max_data_dir_size", "maxDataDirBytes", "The whole data_dir; 0 is no quota"),
  maxProgressRate: count(
    "max_progress_rate",
    "maxProgressRate",
    "Progress events a second of a mission; 0 is no cap",
  ),
  maxOutputFilesPerMission: count(
    "max_output_files_per_mission",
    "maxOutputFilesPerMission",
    "Output files of a mission; 0 is no cap",
  ),
  maxIncompleteStagingUploads: count(
    "max_incomplete_staging_uploads",
    "maxIncompleteStagingUploads",
    "Unfinished uploads at the same time; 0 is no cap",
  ),
  maxQueuePerLane: count("max_queue_per_lane", "maxQueuePerLane", "Queued missions of a lane; 0 is no limit"),
  maxQueueTotal: count("max_queue_total", "maxQueueTotal", "Queued missions of all lanes; 0 is no limit"),
  uploadIdleTimeoutMs: wait(
    "upload_idle_timeout",
    "uploadIdleTimeoutMs",
    "An upload silent for so long is given up; 0 never",
  ),
  defaultKillGraceMs: wait("default_kill_grace", "defaultKillGraceMs", "From SIGTERM to SIGKILL"),
  readerPostExitGraceMs: wait(
    "reader_post_exit_grace",
    "readerPostExitGraceMs",
    "How long output is read after the process has gone; 0 reads to the end",
  ),
  cacheSize: count("cache_size", "cacheSize", "SQLite's cache_size: pages, or KiB when negative"),
};
