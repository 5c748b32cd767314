/** The command lines of `letts ctl`. @module */
import { command, type CommandGroup, group } from "../../parse/grammar.ts";
import { REQUIRED_HOST_FLAG } from "../shared_flags.ts";
import { DOWNLOAD_FLAGS, STAGING_FORCE_FLAG, STAGING_LIST_FLAGS } from "./flags.ts";
import { EXECS, MISSIONS } from "./missions.ts";

const DUGDALES = group({ name: "dugdales", summary: "Inspect dugdales" }, [
  command({
    name: "list",
    summary: "List the dugdales of letts.yaml",
    flags: [],
  }, async () => (await import("./dugdales.ts")).listDugdales),
  command({
    name: "info",
    summary: "Show version, uptime and queue of a dugdale",
    flags: [REQUIRED_HOST_FLAG],
  }, async () => (await import("./dugdales.ts")).dugdaleInfo),
  command({
    name: "config",
    summary: "Show the configuration that was applied last",
    flags: [REQUIRED_HOST_FLAG],
  }, async () => (await import("./dugdales.ts")).dugdaleConfig),
]);

const LANES = group({ name: "lanes", summary: "List, pause and continue lanes" }, [
  command({
    name: "list",
    summary: "List the lanes of a dugdale and how busy they are",
    flags: [REQUIRED_HOST_FLAG],
  }, async () => (await import("./lanes.ts")).listLanes),
  command({
    name: "pause",
    summary: "Stop a lane from starting missions",
    positionals: [{ name: "lane", complete: "lane" }],
    flags: [REQUIRED_HOST_FLAG],
  }, async () => (await import("./lanes.ts")).pauseLane),
  command({
    name: "continue",
    summary: "Let a paused lane start missions again",
    positionals: [{ name: "lane", complete: "lane" }],
    flags: [REQUIRED_HOST_FLAG],
  }, async () => (await import("./lanes.ts")).continueLane),
]);

const STAGING = group({ name: "staging", summary: "Send, fetch, list and delete staging files" }, [
  command({
    name: "upload",
    summary: "Send a file; prints its id, digest and size",
    positionals: [{ name: "path", complete: "file" }],
    flags: [REQUIRED_HOST_FLAG],
  }, async () => (await import("./staging.ts")).uploadStaging),
  command({
    name: "download",
    summary: "Fetch a file, verified",
    positionals: [{ name: "id" }],
    flags: [REQUIRED_HOST_FLAG, DOWNLOAD_FLAGS],
  }, async () => (await import("./staging.ts")).downloadStaging),
  command({
    name: "delete",
    summary: "Remove a file",
    positionals: [{ name: "id" }],
    flags: [REQUIRED_HOST_FLAG, STAGING_FORCE_FLAG],
  }, async () => (await import("./staging.ts")).deleteStaging),
  command({
    name: "list",
    summary: "List the files of a mission",
    flags: [REQUIRED_HOST_FLAG, STAGING_LIST_FLAGS],
  }, async () => (await import("./staging.ts")).listStaging),
]);

/** Everything about dugdales, lanes, missions, commands and files. */
export const CTL: CommandGroup = group(
  { name: "ctl", summary: "Inspect and control dugdales, lanes, missions, commands and files" },
  [DUGDALES, LANES, MISSIONS, EXECS, STAGING],
);
