import { join } from "@std/path";
import { isMissionId } from "../../protocol/names.ts";
import { signalGroup } from "../host/signals.ts";
import type { Ending, RunningMission } from "../store/mission_row.ts";
import type { Engine } from "./engine.ts";
import type { EngineParts } from "./parts.ts";
import { parseRunEnd } from "./run_end.ts";
import { type RunEnd, tidy } from "./run.ts";

/**
 * Settles the missions that an earlier daemon left running. A run whose process had ended successfully is finished: its
 * output files are still in its working directory. Any other is lost, and the rest of its process group is killed.
 */
export async function repairRunning(parts: EngineParts, engine: Engine): Promise<void> {
  for (const row of parts.store.missions.running()) {
    try {
      if (row.ending === null) await engine.finalize(row, { ending: lost(row, parts), outputs: [] });
      else await engine.finalize(row, endingOf(row, row.ending, parts));
    } catch (error) {
      parts.log.error("db_error", { op: "repair", mission_id: row.mission_id, err: error });
    }
  }
}

/** Missions between two pauses. */
const TIDY_BATCH = 10;
const TIDY_PAUSE_MS = 5;

/**
 * Removes copies of inputs and collected outputs from the working directories of finished missions: a killed daemon may
 * not have done so. Runs while the dugdale works, until disposed of.
 */
export function tidyLeftovers(parts: EngineParts): AsyncDisposable {
  const stop = new AbortController();
  const ended = tidyDone(parts, stop.signal).catch((err) => {
    parts.log.error("background work failed", { op: "tidy", err });
  });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

async function tidyDone(parts: EngineParts, stopping: AbortSignal): Promise<void> {
  const { store: { missions }, dataDir, clock } = parts;
  const ids = (await dataDir.disk.readdir(join(dataDir.root, "work"))).filter(isMissionId);
  for (const [index, id] of ids.entries()) {
    if (index % TIDY_BATCH === 0) await clock.sleep(TIDY_PAUSE_MS, stopping);
    if (stopping.aborted) return;
    if (missions.status(id) !== "done") continue;
    const row = missions.find(id);
    if (row === undefined) continue;
    const outputs = missions.files(row.id).filter((file) => file.ref_kind === "output");
    await tidy(row, { collected: outputs.map((file) => file.role) }, parts);
  }
}

/** The recorded end of a run; without its files the success cannot be completed. */
function endingOf(row: RunningMission, text: string, parts: EngineParts): RunEnd {
  const end = parseRunEnd(text);
  if (parts.dataDir.disk.existsSync(parts.dataDir.work(row.mission_id))) return end;
  const failed = {
    outcome: "failed",
    failReason: "output_commit_failed",
    failMessage: "output_commit_failed: the working directory with the output files is gone",
    failDetails: null,
    returnValue: null,
  } as const;
  return { ending: { ...end.ending, ...failed }, outputs: [] };
}

function lost(row: RunningMission, parts: EngineParts): Ending {
  const { pid, process_start: start } = row;
  const alive = pid > 0 && start > 0 && parts.spawner.processStart(pid) === start;
  const leftover = alive ? killLeftover(row, pid, parts) : "nothing was left";
  const id = row.mission_id;
  // Including processes that have left the group, and those whose start is not on record.
  const marked = parts.spawner.killMarked?.([`LETTS_MISSION_ID=${id}`, `LETTS_EXEC_ID=${id}`]) ?? 0;
  const how = pid === 0
    ? `before its process was recorded${marked > 0 ? "; it was found and killed" : ""}`
    : `with process ${pid}, of which ${leftover}`;
  return {
    outcome: "lost",
    exitCode: 0,
    signal: null,
    failReason: null,
    failMessage: `the dugdale stopped while the mission was running, ${how}`,
    failDetails: null,
    returnValue: null,
    progressDropped: 0,
    truncatedStdout: false,
    truncatedStderr: false,
  };
}

function killLeftover(row: RunningMission, pid: number, parts: EngineParts): string {
  try {
    return signalGroup(pid, "SIGKILL") ? "a leftover group was killed" : "nothing was left";
  } catch (err) {
    parts.log.error("io_error", { op: "kill", mission_id: row.mission_id, err });
    return "a leftover group could not be killed";
  }
}
