/**
 * The part of the table below `letts ctl`.
 *
 * @module
 */
import { BY_ID_FLAGS, LOGS_FLAGS, REQUIRED_HOST_FLAG } from "../by_id_flags.ts";
import {
  BULK_FLAGS,
  DOWNLOAD_FLAGS,
  EXEC_LIST_FLAGS,
  FORCE_FLAG,
  KILL_FLAGS,
  LIST_FLAGS,
  MISSION_LIST_FLAGS,
  STAGING_FORCE_FLAG,
  STAGING_LIST_FLAGS,
} from "./flags.ts";
import { command, type CommandGroup, group } from "../../parse/grammar.ts";

const dugdales = group({ name: "dugdales", summary: "Look at dugdales" }, [
  command({
    name: "list",
    summary: "List the dugdales of letts.yaml",
    flags: [],
    load: async () => (await import("./dugdales.ts")).listDugdales,
  }),
  command({
    name: "info",
    summary: "Show version, uptime and queue of a dugdale",
    flags: [REQUIRED_HOST_FLAG],
    load: async () => (await import("./dugdales.ts")).dugdaleInfo,
  }),
  command({
    name: "config",
    summary: "Show the configuration that was applied last",
    flags: [REQUIRED_HOST_FLAG],
    load: async () => (await import("./dugdales.ts")).dugdaleConfig,
  }),
]);

const lanes = group({ name: "lanes", summary: "Look at lanes, pause and continue them" }, [
  command({
    name: "list",
    summary: "List the lanes of a dugdale and how busy they are",
    flags: [REQUIRED_HOST_FLAG],
    load: async () => (await import("./lanes.ts")).listLanes,
  }),
  command({
    name: "pause",
    summary: "Stop a lane from starting missions",
    positionals: [{ name: "lane", complete: "lane" }],
    flags: [REQUIRED_HOST_FLAG],
    load: async () => (await import("./lanes.ts")).pauseLane,
  }),
  command({
    name: "continue",
    summary: "Let a paused lane start missions again",
    positionals: [{ name: "lane", complete: "lane" }],
    flags: [REQUIRED_HOST_FLAG],
    load: async () => (await import("./lanes.ts")).continueLane,
  }),
]);

const missions = group({ name: "missions", summary: "List, show, restart, kill and delete missions" }, [
  command({
    name: "list",
    summary: "List the missions of a dugdale, newest first",
    flags: [REQUIRED_HOST_FLAG, LIST_FLAGS, MISSION_LIST_FLAGS],
    examples: [{
      line: "letts ctl missions list --host web1 --outcome failed --since -1d",
      means: "What failed today",
    }],
    load: async () => (await import("./list.ts")).listMissions,
  }),
  command({
    name: "show",
    summary: "Show everything about a mission",
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS],
    load: async () => (await import("./show.ts")).showMission,
  }),
  command({
    name: "output",
    summary: "Print what a mission printed; the same as letts logs",
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS, LOGS_FLAGS],
    load: async () => (await import("../logs.ts")).logs,
  }),
  command({
    name: "restart",
    summary: "Queue an ended mission again, or many",
    positionals: [{ name: "id", optional: true }],
    flags: [BY_ID_FLAGS, BULK_FLAGS],
    examples: [{
      line: "letts ctl missions restart --host web1 --selector outcome=failed,since=-1h --dry-run",
      means: "Show what a restart of all that failed in the last hour would be",
    }],
    load: async () => (await import("./restart.ts")).restartMission,
  }),
  command({
    name: "kill",
    summary: "End a mission",
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS, KILL_FLAGS],
    load: async () => (await import("./kill.ts")).killMission,
  }),
  command({
    name: "delete",
    summary: "Remove a mission with its files, or many",
    positionals: [{ name: "id", optional: true }],
    flags: [BY_ID_FLAGS, BULK_FLAGS, FORCE_FLAG],
    load: async () => (await import("./delete.ts")).deleteMission,
  }),
]);

const exec = group({ name: "exec", summary: "The same for commands of letts exec" }, [
  command({
    name: "list",
    summary: "List the commands of a dugdale, newest first",
    flags: [REQUIRED_HOST_FLAG, LIST_FLAGS, EXEC_LIST_FLAGS],
    load: async () => (await import("./list.ts")).listExecs,
  }),
  command({
    name: "show",
    summary: "Show everything about a command",
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS],
    load: async () => (await import("./show.ts")).showExec,
  }),
  command({
    name: "output",
    summary: "Print what a command printed",
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS, LOGS_FLAGS],
    load: async () => (await import("../logs.ts")).execOutput,
  }),
  command({
    name: "restart",
    summary: "Queue an ended command again",
    positionals: [{ name: "id" }],
    flags: [REQUIRED_HOST_FLAG],
    exits: [["1", "a file that it was given is no longer kept"], ["255", "anything else that went wrong"]],
    load: async () => (await import("./restart.ts")).restartExec,
  }),
  command({
    name: "kill",
    summary: "End a command",
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS, KILL_FLAGS],
    load: async () => (await import("./kill.ts")).killExec,
  }),
  command({
    name: "delete",
    summary: "Remove a command with its files",
    positionals: [{ name: "id" }],
    flags: [BY_ID_FLAGS],
    load: async () => (await import("./delete.ts")).deleteExec,
  }),
]);

const staging = group({ name: "staging", summary: "Send, fetch, list and delete staging files" }, [
  command({
    name: "upload",
    summary: "Send a file; prints its id, digest and size",
    positionals: [{ name: "path", complete: "file" }],
    flags: [REQUIRED_HOST_FLAG],
    load: async () => (await import("./staging.ts")).uploadStaging,
  }),
  command({
    name: "download",
    summary: "Fetch a file, verified",
    positionals: [{ name: "id" }],
    flags: [REQUIRED_HOST_FLAG, DOWNLOAD_FLAGS],
    load: async () => (await import("./staging.ts")).downloadStaging,
  }),
  command({
    name: "delete",
    summary: "Remove a file",
    positionals: [{ name: "id" }],
    flags: [REQUIRED_HOST_FLAG, STAGING_FORCE_FLAG],
    load: async () => (await import("./staging.ts")).deleteStaging,
  }),
  command({
    name: "list",
    summary: "List the files of a mission",
    flags: [REQUIRED_HOST_FLAG, STAGING_LIST_FLAGS],
    load: async () => (await import("./staging.ts")).listStaging,
  }),
]);

/** Everything about dugdales, lanes, missions, commands and files. */
export const CTL: CommandGroup = group(
  { name: "ctl", summary: "Look at dugdales and what they run, and change it" },
  [dugdales, lanes, missions, exec, staging],
);
