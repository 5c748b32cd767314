/** The command line of `letts exec`. @module */
import type { CommandSpec } from "../../parse/grammar.ts";

/** Hosts, command and display. */
export const EXEC_FLAGS = {
  host: {
    type: "text",
    value: "HOSTS",
    complete: "host",
    help: "dugdale, by id or alias; several separated by commas (default: the only one)",
  },
  match: { type: "csv", value: "LABELS", complete: "label", help: "all dugdales with all of these labels" },
  all: { type: "switch", help: "all dugdales that have the lane" },
  lane: { type: "text", value: "LANE", complete: "lane", required: true, help: "lane" },
  script: {
    type: "text",
    value: "FILE",
    complete: "file",
    help: "script to send; its path is in LETTS_SCRIPT",
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
    help: "path of an output file; must not exist",
  },
  stdin: {
    type: "text",
    value: "MODE",
    choices: ["none", "single", "broadcast", "auto"],
    help: "who gets stdin; auto: one host, if piped (default none)",
  },
  "send-stdin": { type: "switch", short: "i", help: "send standard input to each of the hosts" },
  timeout: { type: "text", value: "DURATION", help: "maximum run time, such as 30s or 1h30m" },
  "wait-timeout": {
    type: "text",
    value: "DURATION",
    help: "maximum wait; 0 means forever (default: --timeout plus 30s)",
  },
  detach: { type: "switch", help: "print the id and do not wait" },
  output: {
    type: "text",
    short: "o",
    value: "FORMAT",
    choices: ["raw", "prefix", "json", "ndjson"],
    help: "format of the output (default: raw, for several hosts prefix)",
  },
  raw: { type: "switch", help: "print control characters unchanged, not as symbols" },
  "output-buffer": {
    type: "int",
    value: "BYTES",
    default: 65536,
    help: "with -o json: maximum size of each stream",
  },
  "allow-shell": { type: "switch", help: "allow a command such as sh -c" },
  "mission-id": { type: "text", value: "UUID", help: "id of the exec, a UUIDv7; for one host" },
  "group-id": { type: "text", value: "UUID", help: "id that joins the execs of several hosts, a UUIDv7" },
} as const;

/** Runs a command line on dugdales. */
export const EXEC: CommandSpec<[typeof EXEC_FLAGS]> = {
  name: "exec",
  summary: "Run a command on dugdales",
  about: [
    "Output is streamed; the exit code is that of the command. With several dugdales every line is prefixed with the\n" +
    "name of its dugdale, and the highest exit code is used.",
  ],
  positionals: [{ name: "argv", rest: true }],
  flags: [EXEC_FLAGS],
  examples: [
    { line: "letts exec --host web1 --lane ops -- df -h", means: "Run a command on one dugdale" },
    { line: "letts exec --match web --lane ops -o json -- uptime", means: "On all dugdales with a label" },
    {
      line: "letts exec --host web1 --lane ops --script fix.sh -- sh script/script",
      means: "Send a script along",
    },
    {
      line: "letts exec -i --host web1 --lane ops -- tar x -C /srv",
      means: "Send standard input",
    },
  ],
  exits: [
    ["0-254", "the command's own exit code; 124 and 125 become 125"],
    ["124", "the wait timed out; the command keeps running"],
    ["125", "killed, timeout, oom, crashed or lost"],
    ["255", "an error before the command ended, or output that was lost"],
  ],
};
