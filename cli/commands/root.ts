/**
 * The table of all commands.
 *
 * @module
 */
import { COMPLETE, COMPLETION } from "./completion_commands.ts";
import { CTL } from "./ctl/command.ts";
import { APPLY_FLAGS } from "./apply/flags.ts";
import { BY_ID_FLAGS, EVENTS_FLAGS, LOGS_FLAGS, REQUIRED_HOST_FLAG } from "./by_id_flags.ts";
import { EXEC_FLAGS } from "./exec/flags.ts";
import { MISSION_FLAGS, RUN_FLAGS } from "./mission_flags.ts";
import { TARGET_FLAGS } from "./target_flags.ts";
import { command, type CommandGroup, group } from "../parse/grammar.ts";
import { CHECK, NEW } from "./missions.ts";
import { TOOLS } from "./tools.ts";

/** The tree of commands. */
export const ROOT: CommandGroup = group({
  name: "letts",
  summary: "Run missions on dugdales, here or on servers",
}, [
  command({
    name: "apply",
    summary: "Tell dugdales what letts.yaml wants them to be",
    about: [
      "Sends lanes, labels, mission directory and runtime. Lanes that the file does not name stay unless --prune.",
    ],
    flags: [APPLY_FLAGS],
    examples: [
      { line: "letts apply -f letts.yaml --dry-run", means: "Show what would change" },
      {
        line: "letts apply -f letts.yaml -f lanes.yaml --host web1",
        means: "Lay one file over another, for one dugdale",
      },
    ],
    exits: [["1", "a dugdale refused, or could not be reached"], ["3", "a file cannot be used"]],
    load: async () => (await import("./apply/apply.ts")).apply,
  }),
  command({
    name: "dispatch",
    summary: "Send a mission and do not wait for it",
    about: [
      "Prints the id of the mission and its status as soon as the dugdale has accepted it.",
    ],
    flags: [MISSION_FLAGS, TARGET_FLAGS],
    examples: [
      {
        line: "letts dispatch --route normal --mission resize --input '{\"width\": 640}'",
        means: "Send to a route",
      },
      { line: "letts dispatch --lane batch --mission import --file data=a.csv", means: "Send a file along" },
    ],
    load: async () => (await import("./dispatch.ts")).dispatch,
  }),
  command({
    name: "run",
    summary: "Run a mission and wait for its end",
    about: [
      "Shows events and log lines on stderr, and prints what the mission returns on stdout. With several hosts in\n" +
      "--host, separated by commas, it runs on all of them at once.",
      "Ctrl-C stops the waiting, not the mission.",
    ],
    flags: [MISSION_FLAGS, RUN_FLAGS, TARGET_FLAGS],
    examples: [
      {
        line: "letts run --route normal --mission resize --file image=a.png --output-file image=b.png",
        means: "Send a file and fetch one",
      },
      {
        line: "letts run --embedded --mission ./report.ts --file log=access.log",
        means: "Run a script without any set-up",
      },
    ],
    exits: [
      ["0", "the mission succeeded"],
      ["1", "the mission failed, or anything that has no code of its own"],
      ["124", "the wait was over first; the mission keeps running"],
      ["125", "killed, timeout, oom, crashed or lost"],
    ],
    load: async () => (await import("./run/run.ts")).run,
  }),
  command({
    name: "exec",
    summary: "Run a command on dugdales",
    about: [
      "Output is shown as it comes; the exit code is that of the command. With several dugdales every line gets the\n" +
      "name of its dugdale, and the greatest exit code wins.",
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
    ],
    exits: [
      ["0-254", "the command's own exit code; 124 and 125 become 125"],
      ["124", "the wait was over first; the command keeps running"],
      ["125", "killed, timeout, oom, crashed or lost"],
      ["255", "something went wrong before the command ended"],
    ],
    load: async () => (await import("./exec/exec.ts")).exec,
  }),
  command({
    name: "events",
    summary: "Print the events of a mission",
    positionals: [{ name: "id" }],
    flags: [REQUIRED_HOST_FLAG, EVENTS_FLAGS],
    load: async () => (await import("./events.ts")).events,
  }),
  command({
    name: "logs",
    summary: "Print what a mission printed",
    about: ["With -o ndjson, the combined stream is printed as it was sent: one JSON object a chunk."],
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS, LOGS_FLAGS],
    load: async () => (await import("./logs.ts")).logs,
  }),
  CTL,
  command({
    name: "dugdale",
    summary: "Run a dugdale",
    raw: true,
    flags: [],
    load: async () => (await import("./dugdale.ts")).dugdale,
  }),
  NEW,
  CHECK,
  ...TOOLS,
  command({
    name: "help",
    summary: "Show help for a command",
    positionals: [{ name: "command", rest: true }],
    flags: [],
    load: async () => (await import("./help.ts")).help,
  }),
  command({
    name: "version",
    summary: "Print the version",
    flags: [],
    load: async () => (await import("./version.ts")).version,
  }),
  COMPLETION,
  COMPLETE,
]);
