import { Capture } from "../run/capture.ts";
import { CollectError, collectOutputs, discard } from "../run/collect.ts";
import { execCommand, missionCommand } from "../run/command.ts";
import { Fd3Reader } from "../run/fd3.ts";
import { execEnvironment, missionEnvironment } from "../run/environment.ts";
import { endedWhileCollecting } from "../run/ending.ts";
import type { KillSwitch } from "../run/kill.ts";
import { LaunchError, textOf } from "../run/launch_error.ts";
import type { ProcessStart } from "../run/process.ts";
import { ProgressGate } from "../run/progress_gate.ts";
import { crashed, type Exit, type RunHandlers, runMission, type RunPlan } from "../run/run_mission.ts";
import { tidyWorkdir } from "../run/workdir.ts";
import { findShortage, type Shortage } from "../host/spawn.ts";
import type { MissionId } from "../../protocol/names.ts";
import type { CaptureName } from "../host/data_dir.ts";
import { runningSeq } from "../store/mission_json.ts";
import type { CapturedBytes, Ending, MissionFileRow, RunningMission } from "../store/mission_row.ts";
import type { CollectedFile } from "../store/staging_row.ts";
import { retryTransient } from "../store/retry_transient.ts";
import type { EngineParts } from "./parts.ts";
import { SaidRecorder } from "./said.ts";

/** How a run ended, before its output files are collected. */
export interface RunEnd {
  readonly ending: Ending;
  /** Keys of the output files to collect; empty unless the run was a success. */
  readonly outputs: readonly string[];
  /** The start of a process that is not on record yet: it ended too quickly, or recording failed. */
  readonly start?: ProcessStart;
  /** See {@linkcode Exit}. */
  readonly retry?: false | number | undefined;
}

/** A picked-up mission with the rules of its lane. */
export interface StartedRun extends RunningMission {
  /** Maximum number of runs. Undefined: it is not retried. */
  readonly attempts?: number | undefined;
}

/** A mission could not be started for lack of a resource that will become available; no attempt is spent. */
export class ShortageError extends Error {
  override readonly name = "ShortageError";

  constructor(readonly shortage: Shortage, options: ErrorOptions) {
    super(`too few ${shortage} to start a process`, options);
  }
}

/**
 * Runs the process of a picked-up mission. Any failure becomes its ending.
 *
 * @throws {ShortageError} When no process could be started for lack of a resource.
 */
export async function runPickedUp(
  row: StartedRun,
  kill: KillSwitch,
  parts: EngineParts,
): Promise<RunEnd> {
  const { config: { limits }, transitions, followers, log, clock } = parts;
  const gate = new ProgressGate(runningSeq(row), {
    clock,
    limits,
    write: async (seq, line) => {
      try {
        await parts.store.writeSoon(() => parts.store.missions.addProgress(row.id, seq, line));
        followers.publish(row.id, seq, () => line);
      } catch (err) {
        log.error("db_error", { op: "progress", mission_id: row.mission_id, err });
        throw err;
      }
    },
  });
  using said = new SaidRecorder(row, gate, parts);
  using capture = new Capture({
    disk: parts.dataDir.disk,
    path: (name) => parts.dataDir.capture(row.mission_id, name),
    // A restored database may contain a mission that has already run.
    append: row.attempt > 1,
    limitBytes: limits.maxOutputBufferBytes,
    clock,
    onWrite: () => followers.wrote(row.id),
    onFailure: (stream, err) =>
      log.error("io_error", { op: "capture", mission_id: row.mission_id, stream, err }),
  });
  let start: ProcessStart | undefined;
  let recorded: Promise<boolean> | undefined;
  const handlers: RunHandlers = {
    stdout: (chunk) => capture.write("stdout", chunk),
    stderr: (chunk) => capture.write("stderr", chunk),
    fd3: row.kind === "exec" ? undefined : new Fd3Reader(
      limits,
      (progress) => gate.take(progress),
      (words) => said.take(words),
    ),
    onStarted: (started) => {
      start = started;
      transitions.started(row, started);
    },
    onOutlived: () => {
      if (start !== undefined) recorded = recordStart(row, start, kill, parts);
    },
  };
  const { verdict, outputs, retry } = await runOrCrash(row, handlers, kill, parts);
  const { leftovers } = kill;
  if (leftovers !== undefined) {
    const { action, count } = leftovers;
    log.info("leftovers", { mission_id: row.mission_id, lane: row.lane, action, count });
  }
  // The end is written after the start, even if that needs retries.
  if (await recorded) start = undefined;
  return {
    ending: {
      ...verdict,
      progressDropped: gate.dropped,
      truncatedStdout: capture.truncated.stdout,
      truncatedStderr: capture.truncated.stderr,
      leftovers: leftovers === undefined ? null : JSON.stringify(leftovers),
    },
    outputs: verdict.outcome === "success" ? outputs : [],
    retry,
    ...(start === undefined ? {} : { start }),
  };
}

async function runOrCrash(
  row: StartedRun,
  handlers: RunHandlers,
  kill: KillSwitch,
  parts: EngineParts,
): Promise<Exit> {
  const { limits } = parts.config;
  try {
    const files = parts.store.missions.files(row.id);
    const plan = { mission: row, files, timeoutMs: row.timeout_ms, limits };
    return await runMission({ ...plan, ...launchOf(row, files, parts) }, handlers, kill, parts);
  } catch (error) {
    const shortage = findShortage(error);
    if (shortage !== undefined) throw new ShortageError(shortage, { cause: error });
    return { verdict: crashed(error, limits), outputs: [] };
  }
}

function launchOf(
  row: StartedRun,
  files: readonly MissionFileRow[],
  parts: EngineParts,
): Pick<RunPlan, "launch" | "outputs"> {
  if (row.kind === "exec") {
    const { argv, outputs } = execCommand(row.input);
    return { outputs, launch: (workdir) => ({ argv, env: execEnvironment(row, files, outputs, workdir) }) };
  }
  return {
    launch: (workdir) => {
      const runtime = row.runtime === null ? undefined : parts.store.missions.runtime(row.runtime);
      if (runtime === undefined) {
        throw new LaunchError("spawn_failed", "the command of the mission is not on record any more");
      }
      return {
        env: missionEnvironment(row, {
          files,
          workdir,
          configured: parts.config.missionEnv,
          read: parts.readVariable,
          attempts: row.attempts,
        }),
        argv: missionCommand(runtime, row.mission_name, parts.dataDir.disk),
      };
    },
  };
}

/**
 * Collects the output files of a successful run; an error turns the success into a failure.
 *
 * @param kill Ends the collection; is released with it. Absent for a run of an earlier daemon.
 */
export async function collect(
  row: RunningMission,
  end: RunEnd,
  kill: KillSwitch | undefined,
  parts: EngineParts,
): Promise<{ ending: Ending; files: CollectedFile[] }> {
  using _released = kill;
  if (end.outputs.length === 0) return { ending: end.ending, files: [] };
  try {
    const files = await collectOutputs(parts.dataDir.work(row.mission_id), end.outputs, {
      dataDir: parts.dataDir,
      ids: parts.ids,
      slots: parts.slots,
      maxFileBytes: parts.config.limits.maxOutputFileBytes,
      quotaProblem: parts.quotaProblem,
      signal: kill?.signal,
      onFsyncFailure: (error) => parts.onFsyncFailure("output_commit", error),
    });
    return { ending: end.ending, files };
  } catch (error) {
    if (kill?.reason !== undefined) {
      const facts = { killed: kill.reason, timeoutMs: row.timeout_ms, lane: row.lane };
      return {
        ending: endedWhileCollecting(end.ending, { ...facts, isExec: row.kind === "exec" }),
        files: [],
      };
    }
    const failReason = error instanceof CollectError ? error.reason : "output_collect_failed";
    const failed = {
      outcome: "failed",
      failReason,
      failMessage: textOf(error),
      failDetails: null,
      returnValue: null,
    } as const;
    return { ending: { ...end.ending, ...failed }, files: [] };
  }
}

/** Current size of each captured stream of a mission. */
export function capturedBytes(id: MissionId, { dataDir }: Pick<EngineParts, "dataDir">): CapturedBytes {
  const bytes = (name: CaptureName): number =>
    dataDir.disk.lstatSync(dataDir.capture(id, name), { throwIfNoEntry: false })?.size ?? 0;
  return { stdout: bytes("stdout"), stderr: bytes("stderr"), combined: bytes("combined") };
}

/** Removes files of a finished run that no request can reach. */
export async function tidy(
  row: Pick<RunningMission, "id" | "mission_id">,
  run: Parameters<typeof tidyWorkdir>[3],
  parts: EngineParts,
): Promise<void> {
  try {
    await tidyWorkdir(
      parts.dataDir.disk,
      parts.dataDir.work(row.mission_id),
      parts.store.missions.files(row.id),
      run,
    );
  } catch (error) {
    parts.log.warn("io_error", { op: "tidy_workdir", mission_id: row.mission_id, err: error });
  }
}

/** Removes collected files of a mission that was deleted meanwhile. */
export function forget(files: readonly CollectedFile[], parts: EngineParts): void {
  discard(files, parts.dataDir);
}

/** Records that the process runs; false after a failure, which kills the process, since no record would name it. */
async function recordStart(
  row: RunningMission,
  start: ProcessStart,
  kill: KillSwitch,
  parts: EngineParts,
): Promise<boolean> {
  const { transitions, log, clock } = parts;
  const facts = { op: "start", mission_id: row.mission_id };
  const ofProcess = parts.spawner.processStart(start.pid);
  try {
    const record = (): void => transitions.recordStart(row, start, ofProcess);
    await retryTransient(() => transitions.writeSoon(record), {
      clock,
      onRetry: (err) => log.warn("retrying write of mission start", { ...facts, err }),
    });
    return true;
  } catch (err) {
    log.error("db_error", { ...facts, err });
    kill.kill("dugdale_shutdown");
    return false;
  }
}
