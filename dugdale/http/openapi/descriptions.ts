/**
 * What the members of a mission record and its files are. Made of their doc comments by `deno task openapi`.
 *
 * @module
 */
/** By component of the document and name on the wire. */
export const DESCRIPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "MissionRecord": {
    "mission_id": "UUIDv7 of the mission or exec. Chosen by the client, for a restart by the dugdale.",
    "kind": "Determines who may see it: a dispatch token missions, an exec token execs, an admin token both.",
    "lane": "Its lane; never changes.",
    "mission_name": "Name of the script; `exec` for every exec, which the display name distinguishes.",
    "display_name": "Shown in lists. Absent except for execs with one.",
    "group_id": "UUIDv7 that groups the execs of one fan-out. Absent outside of one.",
    "input": "For a mission the dispatched input, with sorted keys; for an exec the whole request.",
    "input_fingerprint": "Digest of everything that identifies a dispatch.",
    "time_created": "When the dispatch, exec or restart was accepted.",
    "timeout_ms": "Maximum run time of the process. Absent or 0: no limit.",
    "key": "Identifies the work. Absent if not specified.",
    "restarted_from":
      "The mission of which this is a restart. Absent if it is not a restart, or that mission has been removed.",
    "pid": "0 between pickup and start; stays 0 if the process was never started.",
    "time_started": "Time of the pickup by the lane, then of the start of the process.",
    "outcome": "Everything other than `success` is a failure.",
    "exit_code": "The exit status of the process; −1 when a signal ended it, 0 when none was started.",
    "signal": "Such as `KILL`, or a number if it has no name. Absent when the process exited.",
    "fail_reason":
      "Machine-readable reason: the mission's own, or the dugdale's, such as `killed_by_api`. Absent after a success.",
    "fail_message": "Human-readable reason.",
    "fail_details": "Details given by the mission or the dugdale.",
    "return": "Return value of a successful mission. Absent if it returned nothing.",
    "time_finished": "When the end was recorded.",
    "truncated_stdout":
      "Whether output was dropped because it exceeded the limit. Some dugdales never report it.",
    "truncated_stderr": "As `truncated_stdout`.",
    "leftovers": "Processes that still ran when it had ended by itself. Absent if none were seen.",
    "status": "Never goes back, except for another attempt; a restart creates a new mission.",
    "priority": "Priority. Absent for `normal`.",
    "run_at": "Earliest start. Absent once that time has come, and for missions without one.",
    "unique": "Which missions with the same key prevented the dispatch. Absent if not requested.",
    "serial": "Whether it runs only while no other serial mission with its key does. Absent for no.",
    "on_success": "The mission queued after a success. Absent if there is none.",
    "on_failure": "The mission queued after any other outcome. Absent if there is none.",
    "tags": "Labels to search by. Absent if there are none.",
    "owner": "The person or system that it belongs to. Absent if not specified.",
    "notify": "The hook that its dispatch named. Absent when it named none.",
    "attempt": "Number of the current run, from 1. Absent: the first.",
    "attempts": "Its earlier runs. Absent if there are none.",
    "retry": "Retry rule of its dispatch. Absent: the lane's rule applies.",
    "notes": "Notes of the mission, for people. Absent if there are none.",
    "warnings": "Problems that did not end it. Absent if there are none.",
    "meta": "Facts given by the mission, for programs. Absent if there are none.",
    "state": "The current or last named state. Absent if there is none.",
    "states": "All named states, in order. Absent if there are none.",
    "said_dropped": "Number of dropped notes, warnings, states and groups of facts. Absent for none.",
    "duration_ms": "From start to end in milliseconds. Absent unless both are known.",
    "inputs": "Input files. Removed files are omitted.",
    "outputs": "Output files by role. Empty unless it was a success.",
    "schedule": "Name of the schedule that created it. Absent if none did.",
    "scheduled_for":
      "The time of the schedule for which it was created, without jitter, in Unix milliseconds.",
  },
  "OutputFile": {
    "staging_id": "UUIDv7 under which the content is downloaded.",
    "sha256": "Lower-case hex.",
    "size": "Bytes.",
  },
};
