/** Flags of commands about one mission. @module */

/** Which dugdale is meant. */
export const REQUIRED_HOST_FLAG = {
  host: { type: "text", value: "HOST", complete: "host", required: true, help: "dugdale, by id or alias" },
} as const;

/** All dugdales are asked when no host is given. */
export const BY_ID_FLAGS = {
  host: { type: "text", value: "HOST", complete: "host", help: "dugdale; all are asked when it is left out" },
  match: {
    type: "csv",
    value: "LABELS",
    complete: "label",
    help: "ask only dugdales with all of these labels",
  },
} as const;

/** Flags of `events`. */
export const EVENTS_FLAGS = {
  follow: { type: "switch", help: "wait for further events until the mission is done" },
  from: { type: "int", value: "SEQ", default: 0, help: "only events after this one" },
} as const;

/** Flags of the three commands that print what a mission printed. */
export const LOGS_FLAGS = {
  stream: {
    type: "text",
    value: "STREAM",
    choices: ["combined", "stdout", "stderr"],
    default: "combined",
    help: "which stream",
  },
  follow: { type: "switch", help: "go on until the mission is done" },
} as const;
