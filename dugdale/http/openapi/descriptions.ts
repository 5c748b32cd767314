/**
 * What the members of a mission record and its files are. Made of their doc comments by `deno task openapi`.
 *
 * @module
 */
/** By component of the document and name on the wire. */
export const DESCRIPTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "MissionRecord": {
    "mission_id": "UUIDv7 of the mission or exec. Made by the client, for a restart by the dugdale.",
    "kind": "Decides who may see it: a dispatch token missions, an exec token execs, an admin token both.",
    "lane": "Where it waits and runs; never changes.",
    "mission_name": "Name of the script; `exec` for every exec, which the display name tells apart.",
    "display_name": "What lists show. Absent unless an exec was given one.",
    "group_id": "UUIDv7 that joins the execs of one fan-out. Absent outside of one.",
    "input": "Of a mission what was dispatched, with sorted keys; of an exec the whole request.",
    "input_fingerprint": "Digest of everything that makes two dispatches the same.",
    "time_created": "When the dispatch, exec or restart was accepted.",
    "timeout_ms": "How long the process may run. Absent or 0: no limit.",
    "key": "What the work is about. Absent when nothing was said.",
    "restarted_from":
      "The mission of which this is a repeat. Absent when it is none, or when that one has been removed.",
    "pid": "0 between pickup and start; stays 0 when the process never started.",
    "time_started": "First the pickup by the lane, then the start of the process.",
    "outcome": "How it ended; everything but `success` is a failure.",
    "exit_code": "The status of the process; −1 when a signal ended it, 0 when none was started.",
    "signal": "Such as `KILL`, or a number when it has no name. Absent when the process exited by itself.",
    "fail_reason":
      "Machine-readable reason: the mission's own, or the dugdale's such as `killed_by_api`. Absent after a success.",
    "fail_message": "The same for people.",
    "fail_details": "Facts that the mission or the dugdale gave along with the reason.",
    "return": "What a successful mission returned. Absent when it returned nothing.",
    "time_finished": "When the end was recorded.",
    "truncated_stdout":
      "Whether output was dropped because it was more than the dugdale keeps. Some dugdales never tell.",
    "truncated_stderr": "As `truncated_stdout`.",
    "status": "Only goes forward; a restart makes a new mission.",
    "priority": "How urgent it is. Absent for `normal`.",
    "run_at": "It is not started before. Absent once that moment has come, and for what may start at once.",
    "unique":
      "Among which missions one with its key was looked for when it was dispatched. Absent when that was not asked for.",
    "serial": "Whether it runs only while no other serial mission with its key does. Absent for no.",
    "on_success": "The mission that is queued when it is a success. Absent when there is none.",
    "on_failure": "The mission that is queued when it has any other end. Absent when there is none.",
    "tags": "Words that it is found by. Absent when it has none.",
    "owner": "Who or what it is for. Absent when nothing was said.",
    "attempt": "Which run of it this is, from 1. Absent: the first.",
    "attempts": "Its runs before this one. Absent when there are none.",
    "retry": "When it is run again, as its dispatch said. Absent when it did not: then its lane decides.",
    "notes": "What it said about its run, for people. Absent when it said nothing.",
    "warnings": "What should not have happened, and did not end it. Absent when there was nothing.",
    "meta": "Facts that it gave about its run, for programs. Absent when it gave none.",
    "state": "The named state that it is or was in last. Absent when it named none.",
    "states": "All that it was in, in their order. Absent when it named none.",
    "said_dropped":
      "How many notes, warnings, states and groups of facts were more than is kept. Absent for none.",
    "duration_ms": "From start to end in milliseconds. Absent unless both are known.",
    "inputs": "Files that it reads. Those that have been removed are left out.",
    "outputs": "Files that it wrote, by role. Empty unless it was a success.",
    "schedule": "Name of the schedule that made it. Absent when none did.",
    "scheduled_for": "The time of the schedule that it was made for, without jitter, in Unix milliseconds.",
  },
  "OutputFile": {
    "staging_id": "UUIDv7 under which the content is downloaded.",
    "sha256": "Lower-case hex.",
    "size": "Bytes.",
  },
};
