/** Flags shared by several commands. @module */

/** One dugdale. */
export const HOST_FLAG = {
  host: {
    type: "text",
    value: "HOST",
    complete: "host",
    help: "dugdale, by id or alias (default: the only one)",
  },
} as const;

/** All dugdales are asked if no host is given. */
export const BY_ID_FLAGS = {
  host: { type: "text", value: "HOST", complete: "host", help: "dugdale (default: all are searched)" },
  match: {
    type: "csv",
    value: "LABELS",
    complete: "label",
    help: "ask only dugdales with all of these labels",
  },
} as const;

/** Flags of the three commands that print output of a mission. */
export const LOGS_FLAGS = {
  stream: {
    type: "text",
    value: "STREAM",
    choices: ["combined", "stdout", "stderr", "log"],
    default: "combined",
    help: "which stream; log: the mission's own log",
  },
  follow: { type: "switch", help: "continue until the mission is done" },
  raw: { type: "switch", help: "print control characters unchanged, not as symbols" },
} as const;

/** A route, a lane of one dugdale, or a lane of any matching dugdale. */
export const TARGET_FLAGS = {
  route: {
    type: "text",
    value: "ROUTE",
    complete: "route",
    help: "route of letts.yaml: a dugdale and a lane",
  },
  host: { type: "text", value: "HOST", complete: "host", help: "dugdale, by id or alias" },
  lane: {
    type: "text",
    value: "LANE",
    complete: "lane",
    help: "lane; without --host on any dugdale that has it",
  },
  match: {
    type: "csv",
    value: "LABELS",
    complete: "label",
    help: "with --lane only: dugdales with all of these labels",
  },
} as const;

/** The mission of `dispatch` and `run`, as an alternative to `--mission`. */
export const MISSION_ARGUMENT = {
  name: "mission",
  optional: true,
  complete: "mission",
  fills: "mission",
} as const;

/** Flags of `dispatch` and `run`. */
export const MISSION_FLAGS = {
  mission: {
    type: "text",
    value: "NAME",
    help: "mission to run; may also be given without --mission",
    complete: "mission",
  },
  input: { type: "text", value: "JSON", help: "input, as JSON (default {})" },
  "input-file": {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "file with the input; - means standard input",
  },
  file: { type: "list", value: "ROLE=PATH", complete: "pair", help: "input file; may be repeated" },
  timeout: { type: "text", value: "DURATION", help: "maximum run time, such as 30s or 1h30m" },
  priority: {
    type: "text",
    value: "PRIORITY",
    choices: ["high", "normal", "low"],
    help: "missions of a higher priority start first (default: normal)",
  },
  delay: { type: "text", value: "DURATION", help: "delay before the earliest start" },
  "run-at": {
    type: "text",
    value: "TIME",
    help: "earliest start: a date such as 2030-01-31T08:00:00Z, or Unix milliseconds",
  },
  key: {
    type: "text",
    value: "KEY",
    help: "identifies the work, such as order-42; key:order-42 names its newest mission",
  },
  unique: {
    type: "text",
    value: "WHEN",
    choices: ["queued", "active", "kept"],
    help: "start nothing while a mission with this key is in this state",
  },
  serial: { type: "switch", help: "run one mission with this key at a time" },
  "on-success": {
    type: "text",
    value: "NAME|JSON",
    help: 'mission to queue after a success; {"mission": …, "lane": …, "input": {…}} for more',
  },
  "on-failure": {
    type: "text",
    value: "NAME|JSON",
    help: "mission to queue after any other outcome; JSON as for --on-success",
  },
  tag: { type: "list", value: "TAG", help: "label to search by; may be repeated" },
  owner: { type: "text", value: "NAME", help: "person or system that it belongs to" },
  notify: { type: "text", value: "HOOK", help: "hook of the dugdale to notify of this mission" },
  attempts: {
    type: "int",
    value: "N",
    help: "maximum number of attempts (default: the lane's rule)",
  },
  backoff: {
    type: "text",
    value: "DURATION",
    help: "delay before the second attempt, doubled for each further one",
  },
  "mission-id": {
    type: "text",
    value: "UUID",
    help: "UUIDv7 of the mission: repeating a command with it starts nothing twice",
  },
} as const;
