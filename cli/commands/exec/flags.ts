/** Flags of `exec`. @module */

/** Where, what, and how it is shown. */
export const EXEC_FLAGS = {
  host: {
    type: "text",
    value: "HOSTS",
    complete: "host",
    help: "dugdale, by id or alias; several with commas",
  },
  match: { type: "csv", value: "LABELS", complete: "label", help: "all dugdales with all of these labels" },
  all: { type: "switch", help: "all dugdales that have the lane" },
  lane: { type: "text", value: "LANE", complete: "lane", required: true, help: "lane" },
  script: {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "file to send along; its path is in LETTS_SCRIPT",
  },
  in: {
    type: "list",
    value: "KEY=PATH",
    complete: "pair",
    help: "input file; its path is in LETTS_IN_<key>",
  },
  out: {
    type: "list",
    value: "KEY=PATH",
    complete: "pair",
    help: "where to put an output file; must not exist",
  },
  stdin: {
    type: "text",
    value: "MODE",
    choices: ["none", "single", "broadcast"],
    help: "who gets standard input (default single for one host)",
  },
  timeout: { type: "text", value: "DURATION", help: "how long it may run, such as 30s or 1h30m" },
  "wait-timeout": {
    type: "text",
    value: "DURATION",
    help: "how long to wait; 0 is for ever (default --timeout and 30s)",
  },
  detach: { type: "switch", help: "print the id and do not wait" },
  output: {
    type: "text",
    short: "o",
    value: "FORMAT",
    choices: ["raw", "prefix", "json", "ndjson"],
    help: "how output is shown (default raw, for several hosts prefix)",
  },
  "output-buffer": {
    type: "int",
    value: "BYTES",
    default: 65536,
    help: "with -o json: how much of each stream is kept",
  },
  "allow-shell": { type: "switch", help: "permit a command such as sh -c" },
  "mission-id": { type: "text", value: "UUID", help: "id of the exec, a UUIDv7; for one host" },
  "group-id": { type: "text", value: "UUID", help: "id that joins the execs of several hosts, a UUIDv7" },
} as const;
