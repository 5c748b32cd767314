/** Flags of the commands below `letts ctl`. @module */

/** Destination of a staging file. */
export const DOWNLOAD_FLAGS = {
  output: {
    type: "text",
    short: "o",
    value: "FILE",
    complete: "file",
    help: "destination; - means standard output",
  },
} as const;

/** Deleting a staging file. */
export const STAGING_FORCE_FLAG = {
  force: { type: "switch", help: "also delete the missions that use it" },
} as const;

/** Which staging files to list. */
export const STAGING_LIST_FLAGS = {
  "mission-id": { type: "text", value: "UUID", required: true, help: "mission that uses them" },
  "ref-kind": {
    type: "text",
    value: "KIND",
    choices: ["input", "output", "script"],
    help: "only input, output or script",
  },
  limit: { type: "int", value: "N", default: 0, help: "most entries of a page" },
  cursor: { type: "text", value: "CURSOR", help: "next_cursor of an earlier page" },
} as const;

/** Filters of missions and commands. */
export const LIST_FLAGS = {
  status: {
    type: "text",
    value: "STATUS",
    choices: ["queued", "running", "done", "deleting"],
    help: "only with this status",
  },
  outcome: {
    type: "text",
    value: "OUTCOME",
    choices: ["success", "failed", "killed", "timeout", "oom", "crashed", "lost"],
    help: "only with this outcome",
  },
  lane: { type: "text", value: "LANE", complete: "lane", help: "only of this lane" },
  since: {
    type: "text",
    value: "TIME",
    help: "only created at this time or later: 1h (ago), 7d, 2026-01-31T08:00 or Unix milliseconds",
  },
  until: { type: "text", value: "TIME", help: "only created before this time, written as for --since" },
  limit: { type: "int", value: "N", default: 0, help: "most entries of a page" },
  cursor: { type: "text", value: "CURSOR", help: "next_cursor of an earlier page" },
} as const;

/** Additional filters of missions. */
export const MISSION_LIST_FLAGS = {
  mission: { type: "text", value: "TEXT", help: "only missions whose name contains this" },
  "mission-prefix": { type: "text", value: "TEXT", help: "only missions whose name starts with this" },
  kind: {
    type: "text",
    value: "KIND",
    choices: ["mission", "exec", "all"],
    default: "mission",
    help: "missions, commands or both",
  },
} as const;

/** An additional filter of commands. */
export const EXEC_LIST_FLAGS = {
  group: { type: "text", value: "UUID", help: "only of this group" },
} as const;

/** Selection of many missions. */
export const BULK_FLAGS = {
  selector: {
    type: "text",
    value: "CONDITIONS",
    help: "instead of an id: status=…,outcome=…,lane=…,mission=…,mission_prefix=…,since=…,until=…",
  },
  limit: { type: "int", value: "N", default: 0, help: "with --selector: most missions to change" },
  "dry-run": { type: "switch", help: "with --selector: list them and change nothing" },
  yes: { type: "switch", help: "with --selector: do not ask" },
} as const;

/** Deletion of running missions. */
export const FORCE_FLAG = {
  force: { type: "switch", help: "end it first if it runs" },
} as const;

/** How a mission is ended. */
export const KILL_FLAGS = {
  signal: {
    type: "text",
    value: "NAME",
    default: "TERM",
    help: "accepted and ignored: a dugdale sends TERM first",
  },
} as const;

/** Number of next fires. */
export const NEXT_FLAGS = {
  count: { type: "int", value: "N", default: 10, help: "how many, at most 1000" },
} as const;

/** Reason of a pause. */
export const PAUSE_FLAGS = {
  reason: { type: "text", value: "TEXT", help: "why, for those who look at it later" },
} as const;

/** The lane of `ctl lanes pause` and `continue`. */
export const LANE_FLAG = {
  lane: { type: "text", value: "LANE", complete: "lane", help: "lane; may also be given without --lane" },
} as const;

/** Of `ctl lanes list`. */
export const ONE_LANE_FLAG = {
  lane: { type: "text", value: "LANE", complete: "lane", help: "only this lane" },
} as const;

/** All failures, instead of an outcome. */
export const FAILED_FLAG = {
  failed: { type: "switch", help: "only what failed, timed out, crashed, was lost or ran out of memory" },
} as const;

/** Filters of failed missions. */
export const FAILURE_FLAGS = {
  outcome: {
    type: "csv",
    value: "OUTCOMES",
    suggest: ["failed", "timeout", "crashed", "lost", "oom", "killed"],
    help: "only with these outcomes (default failed,timeout,crashed,lost,oom)",
  },
  mission: { type: "text", value: "TEXT", help: "only missions whose name contains this" },
  reason: { type: "text", value: "WORD", help: "only with this reason" },
  lane: { type: "text", value: "LANE", complete: "lane", help: "only of this lane" },
  since: {
    type: "text",
    value: "TIME",
    help: "only created within this time, such as 2h or 7d, or since -1h, Unix milliseconds",
  },
  until: { type: "text", value: "TIME", help: "only created before this time" },
} as const;

/** Options of actions on all of them. */
export const ALL_FAILURES_FLAGS = {
  "dry-run": { type: "switch", help: "show how many, and do nothing" },
  yes: { type: "switch", help: "do not ask" },
  limit: { type: "int", value: "N", default: 0, help: "how many at most, the newest first" },
} as const;

/** Changed inputs for restarted missions. */
export const SET_FLAG = {
  set: {
    type: "list",
    value: "KEY=VALUE",
    help: "replace this member of their inputs by a JSON value or string; may be repeated",
  },
} as const;

/** A list without filters. */
export const PAGE_FLAGS = {
  limit: { type: "int", value: "N", default: 0, help: "most entries of a page" },
  cursor: { type: "text", value: "CURSOR", help: "next_cursor of an earlier page" },
} as const;

/** Which dead events to deliver again. */
export const REDRIVE_FLAGS = {
  id: { type: "list", value: "ID", help: "dead event; may be repeated (default: the oldest thousand)" },
} as const;

/** Which events to watch. */
export const WATCH_FLAGS = {
  on: {
    type: "list",
    value: "TYPE",
    help: "only events of this type, such as mission.failed; may be repeated",
  },
  from: { type: "text", value: "EVENT", help: "continue after the event with this id" },
  count: { type: "int", value: "N", default: 0, help: "end after so many events" },
} as const;

/** Filters of the audit. */
export const AUDIT_FLAGS = {
  actor: { type: "text", value: "TOKEN", help: "only what was done with the token of this name" },
  action: {
    type: "text",
    value: "ACTION",
    help: "only this action, such as mission.kill; mission is all of missions",
  },
  target: {
    type: "text",
    value: "ID",
    help: "only with this mission or file, or this name of a lane or schedule",
  },
  since: {
    type: "text",
    value: "TIME",
    help: "only of this time or later: 1h (ago), 7d, 2026-01-31T08:00 or Unix milliseconds",
  },
  until: { type: "text", value: "TIME", help: "only before this time, written as for --since" },
  from: { type: "int", value: "ID", default: 0, help: "only records after this one" },
  follow: { type: "switch", help: "wait for further records" },
} as const;

/** The token to ask about. */
export const WHOAMI_FLAGS = {
  scope: {
    type: "text",
    value: "SCOPE",
    choices: ["dispatch", "exec", "admin"],
    help: "the token of letts.yaml to use (default the first that is there)",
  },
} as const;
