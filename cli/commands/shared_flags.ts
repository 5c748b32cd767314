/** Flags shared by several commands. @module */

/** One dugdale. */
export const HOST_FLAG = {
  host: {
    type: "text",
    value: "HOST",
    complete: "host",
    help: "dugdale, by id or alias (default the only one of letts.yaml)",
  },
} as const;

/** All dugdales are asked if no host is given. */
export const BY_ID_FLAGS = {
  host: { type: "text", value: "HOST", complete: "host", help: "dugdale; without it all are searched" },
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
    help: "which stream; log is what the mission itself logged",
  },
  follow: { type: "switch", help: "continue until the mission is done" },
  raw: { type: "switch", help: "control characters reach the terminal as they are, not as symbols" },
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
    help: "lane; alone it takes any dugdale that has it",
  },
  match: {
    type: "csv",
    value: "LABELS",
    complete: "label",
    help: "only dugdales with all of these labels, with --lane alone",
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
    help: "file with the input; - is standard input",
  },
  file: { type: "list", value: "ROLE=PATH", complete: "pair", help: "file to send along; may be repeated" },
  timeout: { type: "text", value: "DURATION", help: "how long it may run, such as 30s or 1h30m" },
  priority: {
    type: "text",
    value: "PRIORITY",
    choices: ["high", "normal", "low"],
    help: "a lane starts what is more urgent first (default normal)",
  },
  delay: { type: "text", value: "DURATION", help: "start it no earlier than so long from now" },
  "run-at": {
    type: "text",
    value: "TIME",
    help: "start it no earlier than then: a date such as 2030-01-31T08:00:00Z, or Unix milliseconds",
  },
  key: {
    type: "text",
    value: "KEY",
    help: "what the work is about, such as order-42; key:order-42 stands for the newest mission",
  },
  unique: {
    type: "text",
    value: "WHEN",
    choices: ["queued", "active", "kept"],
    help: "start nothing while a mission with this key is in this state",
  },
  serial: { type: "switch", help: "run one mission with this key at a time" },
  "on-success": { type: "text", value: "NAME", help: "mission to queue after a success" },
  "on-failure": { type: "text", value: "NAME", help: "mission to queue after any other end" },
  tag: { type: "list", value: "TAG", help: "word that it is found by; may be repeated" },
  owner: { type: "text", value: "NAME", help: "who or what it is for" },
  attempts: {
    type: "int",
    value: "N",
    help: "run it so often in all, until it succeeds (default: as its lane says)",
  },
  backoff: {
    type: "text",
    value: "DURATION",
    help: "pause before the second attempt, twice as long before each further",
  },
  "mission-id": {
    type: "text",
    value: "UUID",
    help: "id, a UUIDv7: repeating a command with it starts nothing twice",
  },
} as const;
