/** The command lines of `letts ctl missions` and `letts ctl exec`. @module */
import { command, type CommandGroup, group } from "../../parse/grammar.ts";
import { BY_ID_FLAGS, HOST_FLAG, LOGS_FLAGS } from "../shared_flags.ts";
import {
  ALL_FAILURES_FLAGS,
  BULK_FLAGS,
  EXEC_LIST_FLAGS,
  FAILED_FLAG,
  FAILURE_FLAGS,
  FORCE_FLAG,
  KILL_FLAGS,
  LIST_FLAGS,
  MISSION_LIST_FLAGS,
  SET_FLAG,
} from "./flags.ts";

/** Commands for missions. */
export const MISSIONS: CommandGroup = group({
  name: "missions",
  summary: "List, show, start, restart, kill and delete missions",
}, [
  command({
    name: "list",
    summary: "List the missions of a dugdale, newest first",
    flags: [HOST_FLAG, LIST_FLAGS, MISSION_LIST_FLAGS, FAILED_FLAG],
    examples: [{
      line: "letts ctl missions list --host web1 --outcome failed --since -1d",
      means: "What failed today",
    }],
  }, async () => (await import("./list.ts")).listMissions),
  command({
    name: "show",
    summary: "Show everything about a mission",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS],
  }, async () => (await import("./show.ts")).showMission),
  command({
    name: "output",
    summary: "Print the output of a mission, as letts logs does",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS, LOGS_FLAGS],
  }, async () => (await import("../logs/logs.ts")).logs),
  command({
    name: "restart",
    summary: "Queue one or many ended missions again",
    positionals: [{ name: "id", optional: true, complete: "id" }],
    flags: [BY_ID_FLAGS, BULK_FLAGS],
    examples: [{
      line: "letts ctl missions restart --host web1 --selector outcome=failed,since=-1h --dry-run",
      means: "Show what a restart of all that failed in the last hour would be",
    }],
  }, async () => (await import("./actions.ts")).restartMission),
  command({
    name: "run-now",
    summary: "Start a delayed mission as soon as its lane has a free slot",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS],
  }, async () => (await import("./actions.ts")).runMissionNow),
  command({
    name: "kill",
    summary: "End a mission",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS, KILL_FLAGS],
  }, async () => (await import("./actions.ts")).killMission),
  command({
    name: "delete",
    summary: "Remove one or many missions with their files",
    positionals: [{ name: "id", optional: true, complete: "id" }],
    flags: [BY_ID_FLAGS, BULK_FLAGS, FORCE_FLAG],
  }, async () => (await import("./actions.ts")).deleteMission),
]);

/** Commands for failed missions (dead letters). */
export const FAILURE_COMMANDS: CommandGroup = group({
  name: "failures",
  summary: "Count failed missions by mission and reason, run them again or delete them",
}, [
  command({
    name: "list",
    summary: "Count failed missions, by mission and reason",
    flags: [HOST_FLAG, FAILURE_FLAGS],
    examples: [{
      line: "letts ctl failures list --host web1 --since 24h",
      means: "What failed since yesterday, and why",
    }],
  }, async () => (await import("./failures.ts")).listFailures),
  command({
    name: "retry",
    summary: "Queue all matching failed missions again",
    flags: [HOST_FLAG, FAILURE_FLAGS, ALL_FAILURES_FLAGS, SET_FLAG],
    examples: [
      {
        line: "letts ctl failures retry --host web1 --outcome failed --since 2h --dry-run",
        means: "How many that would be",
      },
      {
        line: "letts ctl failures retry --host web1 --mission import --set mirror=eu-2",
        means: "Run all failed imports again, with another input",
      },
    ],
  }, async () => (await import("./failures.ts")).retryFailures),
  command({
    name: "delete",
    summary: "Remove all matching failed missions with their files",
    flags: [HOST_FLAG, FAILURE_FLAGS, ALL_FAILURES_FLAGS],
  }, async () => (await import("./failures.ts")).deleteFailures),
]);

/** Commands for execs. */
export const EXECS: CommandGroup = group({ name: "exec", summary: "The same for commands of letts exec" }, [
  command({
    name: "list",
    summary: "List the commands of a dugdale, newest first",
    flags: [HOST_FLAG, LIST_FLAGS, EXEC_LIST_FLAGS],
  }, async () => (await import("./list.ts")).listExecs),
  command({
    name: "show",
    summary: "Show everything about a command",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS],
  }, async () => (await import("./show.ts")).showExec),
  command({
    name: "output",
    summary: "Print the output of a command",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS, LOGS_FLAGS],
  }, async () => (await import("../logs/logs.ts")).execOutput),
  command({
    name: "restart",
    summary: "Queue an ended command again",
    positionals: [{ name: "id", complete: "id" }],
    flags: [HOST_FLAG],
    exits: [["1", "a file that it was given is no longer kept"], ["255", "any other error"]],
  }, async () => (await import("./actions.ts")).restartExec),
  command({
    name: "kill",
    summary: "End a command",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS, KILL_FLAGS],
  }, async () => (await import("./actions.ts")).killExec),
  command({
    name: "delete",
    summary: "Remove a command with its files",
    positionals: [{ name: "id", complete: "id" }],
    flags: [BY_ID_FLAGS],
  }, async () => (await import("./actions.ts")).deleteExec),
]);
