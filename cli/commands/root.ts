/**
 * The tree of all commands.
 *
 * @module
 */
import { command, type CommandGroup, group } from "../parse/grammar.ts";
import { APPLY } from "./apply/command.ts";
import { CACHE } from "./cache/command.ts";
import { CHECK } from "./check_mission/command.ts";
import { COMPLETE, COMPLETION } from "./completion.ts";
import { CTL } from "./ctl/command.ts";
import { DEV } from "./dev/command.ts";
import { DISPATCH } from "./dispatch/command.ts";
import { DOCTOR } from "./doctor/command.ts";
import { DUGDALE } from "./dugdale.ts";
import { EVENTS } from "./events/command.ts";
import { EXEC } from "./exec/command.ts";
import { HELP } from "./help.ts";
import { INIT } from "./init/command.ts";
import { LOGS } from "./logs/command.ts";
import { MAN } from "./man.ts";
import { NEW } from "./new_mission/command.ts";
import { RUN } from "./run/command.ts";
import { TOP } from "./top/command.ts";
import { UI } from "./ui/command.ts";
import { VERSION } from "./version.ts";

/**
 * In the order of help. Arguments and flags of all commands are loaded at the start, their code when they are called.
 */
export const ROOT: CommandGroup = group(
  { name: "letts", summary: "Run missions on dugdales, here or on servers" },
  [
    command(APPLY, async () => (await import("./apply/apply.ts")).apply),
    command(DISPATCH, async () => (await import("./dispatch/dispatch.ts")).dispatch),
    command(RUN, async () => (await import("./run/run.ts")).run),
    command(EXEC, async () => (await import("./exec/exec.ts")).exec),
    command(EVENTS, async () => (await import("./events/events.ts")).events),
    command(LOGS, async () => (await import("./logs/logs.ts")).logs),
    CTL,
    DUGDALE,
    group({ name: "new", summary: "Make a mission" }, [
      command(NEW, async () => (await import("./new_mission/new_mission.ts")).newMission),
    ]),
    group({ name: "check", summary: "Check a mission" }, [
      command(CHECK, async () => (await import("./check_mission/check_mission.ts")).checkMission),
    ]),
    command(INIT, async () => (await import("./init/init.ts")).init),
    command(DEV, async () => (await import("./dev/dev.ts")).dev),
    command(DOCTOR, async () => (await import("./doctor/doctor.ts")).doctor),
    command(TOP, async () => (await import("./top/top.ts")).top),
    command(UI, async () => (await import("./ui/ui.ts")).ui),
    MAN,
    CACHE,
    HELP,
    VERSION,
    COMPLETION,
    COMPLETE,
  ],
);
