/** The command lines of `letts ctl`. @module */
import { command, type CommandGroup, group } from "../../parse/grammar.ts";
import { HOST_FLAG } from "../shared_flags.ts";
import {
  AUDIT_FLAGS,
  DOWNLOAD_FLAGS,
  LANE_FLAG,
  NEXT_FLAGS,
  ONE_LANE_FLAG,
  PAGE_FLAGS,
  PAUSE_FLAGS,
  REDRIVE_FLAGS,
  STAGING_FORCE_FLAG,
  STAGING_LIST_FLAGS,
  WATCH_FLAGS,
  WHOAMI_FLAGS,
} from "./flags.ts";
import { EXECS, FAILURE_COMMANDS, MISSIONS } from "./missions.ts";

/** The lane, as an alternative to `--lane`. */
const LANE_ARGUMENT = { name: "lane", complete: "lane", optional: true, fills: "lane" } as const;
const SCHEDULE = { name: "schedule", complete: "schedule" } as const;

const DUGDALES = group({ name: "dugdales", summary: "Inspect dugdales" }, [
  command({
    name: "list",
    summary: "List the dugdales of letts.yaml",
    flags: [],
  }, async () => (await import("./dugdales.ts")).listDugdales),
  command({
    name: "info",
    summary: "Show version, uptime and queue of a dugdale",
    flags: [HOST_FLAG],
  }, async () => (await import("./dugdales.ts")).dugdaleInfo),
  command({
    name: "config",
    summary: "Show the most recently applied configuration",
    flags: [HOST_FLAG],
  }, async () => (await import("./dugdales.ts")).dugdaleConfig),
]);

const LANES = group({ name: "lanes", summary: "List, pause and continue lanes" }, [
  command({
    name: "list",
    summary: "List the lanes of a dugdale and their load",
    flags: [HOST_FLAG, ONE_LANE_FLAG],
  }, async () => (await import("./lanes.ts")).listLanes),
  command({
    name: "pause",
    summary: "Pause a lane: it starts no more missions",
    positionals: [LANE_ARGUMENT],
    flags: [HOST_FLAG, LANE_FLAG],
  }, async () => (await import("./lanes.ts")).pauseLane),
  command({
    name: "continue",
    summary: "Continue a paused lane",
    positionals: [LANE_ARGUMENT],
    flags: [HOST_FLAG, LANE_FLAG],
  }, async () => (await import("./lanes.ts")).continueLane),
]);

const SCHEDULES = group({ name: "schedules", summary: "List, pause, continue and run schedules" }, [
  command({
    name: "list",
    summary: "List the schedules of a dugdale",
    flags: [HOST_FLAG],
  }, async () => (await import("./schedules.ts")).listSchedules),
  command({
    name: "show",
    summary: "Show everything about a schedule",
    positionals: [SCHEDULE],
    flags: [HOST_FLAG],
  }, async () => (await import("./schedules.ts")).showSchedule),
  command({
    name: "next",
    summary: "Show the next times of a schedule, in its time zone and in yours",
    positionals: [SCHEDULE],
    flags: [HOST_FLAG, NEXT_FLAGS],
    examples: [{
      line: "letts ctl schedules next nightly --host web1 --count 3",
      means: "When the next three reports are made",
    }],
  }, async () => (await import("./schedules.ts")).nextOfSchedule),
  command({
    name: "pause",
    summary: "Pause a schedule",
    positionals: [SCHEDULE],
    flags: [HOST_FLAG, PAUSE_FLAGS],
  }, async () => (await import("./schedules.ts")).pauseSchedule),
  command({
    name: "continue",
    summary: "Continue a paused schedule",
    positionals: [SCHEDULE],
    flags: [HOST_FLAG],
  }, async () => (await import("./schedules.ts")).continueSchedule),
  command({
    name: "run",
    summary: "Queue the mission of a schedule now; prints its id",
    positionals: [SCHEDULE],
    flags: [HOST_FLAG],
  }, async () => (await import("./schedules.ts")).runSchedule),
]);

const STAGING = group({ name: "staging", summary: "Send, fetch, list and delete staging files" }, [
  command({
    name: "upload",
    summary: "Upload a file; prints its id, digest and size",
    positionals: [{ name: "path", complete: "file" }],
    flags: [HOST_FLAG],
  }, async () => (await import("./staging.ts")).uploadStaging),
  command({
    name: "download",
    summary: "Download a file, verified",
    positionals: [{ name: "id" }],
    flags: [HOST_FLAG, DOWNLOAD_FLAGS],
  }, async () => (await import("./staging.ts")).downloadStaging),
  command({
    name: "delete",
    summary: "Remove a file",
    positionals: [{ name: "id" }],
    flags: [HOST_FLAG, STAGING_FORCE_FLAG],
  }, async () => (await import("./staging.ts")).deleteStaging),
  command({
    name: "list",
    summary: "List the files of a mission",
    flags: [HOST_FLAG, STAGING_LIST_FLAGS],
  }, async () => (await import("./staging.ts")).listStaging),
]);

const UPLOADS = group({ name: "uploads", summary: "List and give up unfinished uploads" }, [
  command({
    name: "list",
    summary: "List the unfinished uploads of a dugdale",
    flags: [HOST_FLAG, PAGE_FLAGS],
  }, async () => (await import("./uploads.ts")).listUploads),
  command({
    name: "delete",
    summary: "Delete an unfinished upload",
    positionals: [{ name: "id" }],
    flags: [HOST_FLAG],
  }, async () => (await import("./uploads.ts")).deleteUpload),
]);

const HOOK = { name: "hook" } as const;

const HOOKS = group({ name: "hooks", summary: "List and test hooks, and deliver again what failed" }, [
  command({
    name: "list",
    summary: "List the hooks of a dugdale, and how their deliveries go",
    flags: [HOST_FLAG],
  }, async () => (await import("./hooks.ts")).listHooks),
  command({
    name: "dead",
    summary: "List events whose delivery was given up",
    positionals: [HOOK],
    flags: [HOST_FLAG, PAGE_FLAGS],
  }, async () => (await import("./hooks.ts")).deadEvents),
  command({
    name: "redrive",
    summary: "Deliver dead events once more, and turn the hook on",
    positionals: [HOOK],
    flags: [HOST_FLAG, REDRIVE_FLAGS],
  }, async () => (await import("./hooks.ts")).redriveHook),
  command({
    name: "test",
    summary: "Deliver a test event now",
    positionals: [HOOK],
    flags: [HOST_FLAG],
  }, async () => (await import("./hooks.ts")).testHook),
]);

const WATCH = command({
  name: "watch",
  summary: "Print what happens to missions, as it happens",
  about: ["On a terminal a line for people for each event; in a pipe, or with -o json, a CloudEvent."],
  flags: [HOST_FLAG, WATCH_FLAGS],
  examples: [{
    line: "letts ctl watch --host web1 --on mission.failed,mission.lost",
    means: "What goes wrong",
  }],
}, async () => (await import("./hooks.ts")).watch);
const AUDIT = command({
  name: "audit",
  summary: "Show who did what, and what was refused to whom",
  about: [
    "A dugdale records this when audit.enabled is set in dugdale.yaml.",
    "On a terminal a line for people for each record; in a pipe, or with -o json, JSON.",
  ],
  flags: [HOST_FLAG, AUDIT_FLAGS],
  examples: [
    {
      line: "letts ctl audit --host web1 --since 1d --action refused",
      means: "What was refused since yesterday",
    },
    {
      line: "letts ctl audit --host web1 --actor ci --follow",
      means: "What the token ci does from now on, too",
    },
  ],
}, async () => (await import("./audit.ts")).audit);

const WHOAMI = command({
  name: "whoami",
  summary: "Show name, scopes and limits of a token",
  flags: [HOST_FLAG, WHOAMI_FLAGS],
}, async () => (await import("./audit.ts")).printToken);

/** All `letts ctl` commands. */
export const CTL: CommandGroup = group(
  { name: "ctl", summary: "Inspect and control dugdales, lanes, schedules, missions, commands and files" },
  [
    DUGDALES,
    LANES,
    SCHEDULES,
    MISSIONS,
    FAILURE_COMMANDS,
    EXECS,
    STAGING,
    UPLOADS,
    HOOKS,
    WATCH,
    AUDIT,
    WHOAMI,
  ],
);
