/** Flags that say what is sent. @module */

/** Flags of `dispatch` and `run`. */
export const MISSION_FLAGS = {
  mission: { type: "text", value: "NAME", required: true, help: "mission to run", complete: "file" },
  input: { type: "text", value: "JSON", help: "input, as JSON (default {})" },
  "input-file": {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "file with the input; - is standard input",
  },
  file: { type: "list", value: "ROLE=PATH", complete: "pair", help: "file to send along; may be repeated" },
  timeout: { type: "text", value: "DURATION", help: "how long it may run, such as 30s or 1h30m" },
  "mission-id": {
    type: "text",
    value: "UUID",
    help: "id, a UUIDv7: repeating a command with it starts nothing twice",
  },
} as const;

/** Flags of `run` alone. */
export const RUN_FLAGS = {
  "output-file": {
    type: "list",
    value: "ROLE=PATH",
    complete: "pair",
    help: "where to put an output file of a success; may be repeated",
  },
  "wait-timeout": {
    type: "text",
    value: "DURATION",
    help: "how long to wait; 0 is for ever (default --timeout and 30s)",
  },
  "no-progress": { type: "switch", help: "no progress lines and no progress bar" },
  logs: { type: "switch", help: "with -o json: also print log lines on stderr" },
  embedded: { type: "switch", help: "run a script here: --mission is its path, no letts.yaml is needed" },
} as const;
