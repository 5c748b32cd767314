import { Capture } from "../run/capture.ts";
import { CollectError, collectOutputs, discard } from "../run/collect.ts";
import { missionCommand } from "../run/command.ts";
import { ControlReader, type Progress } from "../run/control.ts";
import { capped, execVerdict, missionVerdict, type Verdict } from "../run/ending.ts";
import { execEnvironment, missionEnvironment } from "../run/environment.ts";
import type { KillSwitch } from "../run/kill.ts";
import { isDiskFull, LaunchError, textOf } from "../run/launch_error.ts";
import { MemoryWatch, type OutOfMemory } from "../run/out_of_memory.ts";
import { type OutputHandlers, type ProcessStart, runProcess } from "../run/process.ts";
import { makeWorkdir, tidyWorkdir } from "../run/workdir.ts";
import type { ExitStatus, SpawnRequest } from "../host/spawn.ts";
import type { ExecBody } from "../../protocol/exec.ts";
import type { Ending, MissionFileRow, RunningMission } from "../store/mission_row.ts";
import type { CollectedFile } from "../store/staging_row.ts";
import { retryTransient } from "../store/retry_transient.ts";
import type { EngineParts } from "./parts.ts";
import { ProgressGate } from "./progress_gate.ts";

/** How a run ended, before its output files are collected. */
export interface RunEnd {
  readonly ending: Ending;
  /** Keys of the output files to collect; none unless the run was a success. */
  readonly outputs: readonly string[];
  /** The start of a process that is not on record yet: it was over too soon, or could not be recorded. */
  readonly start?: ProcessStart;
}

/** Runs the process of a picked-up mission. Everything that goes wrong becomes its ending. */
export async function runMission(row: RunningMission, kill: KillSwitch, parts: EngineParts): Promise<RunEnd> {
  const isExec = row.kind === "exec";
  const { limits } = parts.config;
  const gate = new ProgressGate(row, parts);
  const control = isExec ? undefined : new ControlReader(limits, (progress: Progress) => gate.take(progress));
  const memory = isExec ? undefined : new MemoryWatch();
  using capture = new Capture({
    disk: parts.dataDir.disk,
    path: (name) => parts.dataDir.capture(row.mission_id, name),
    limitBytes: limits.maxOutputBufferBytes,
    clock: parts.clock,
    onWrite: () => parts.followers.wrote(row.id),
    onFailure: (stream, err) =>
      parts.log.error("io_error", { op: "capture", mission_id: row.mission_id, stream, err }),
  });
  const printed = (stream: "stdout" | "stderr") => (chunk: Uint8Array): void => {
    memory?.write(stream, chunk);
    capture.write(stream, chunk);
  };
  const output: OutputHandlers = {
    stdout: printed("stdout"),
    stderr: printed("stderr"),
    ...(control === undefined ? {} : { control: (chunk: Uint8Array): void => control.write(chunk) }),
  };
  let verdict: Verdict;
  let outputs: readonly string[] = [];
  let start: ProcessStart | undefined;
  try {
    let recorded: Promise<boolean> | undefined;
    const child = await parts.spawner.spawn(await prepare(row, parts));
    const exit = await runProcess(child, {
      output,
      kill,
      timeoutMs: row.timeout_ms,
      postExitGraceMs: limits.readerPostExitGraceMs,
      clock: parts.clock,
      onStarted: (started) => {
        start = started;
        parts.transitions.started(row, started);
      },
      onOutlived: () => {
        if (start !== undefined) recorded = recordStart(row, start, kill, parts);
      },
    });
    // The end is written after the start, also when that takes more than one try.
    if (await recorded) start = undefined;
    control?.end();
    if (isExec) {
      verdict = execVerdict({ exit, killed: kill.reason, timeoutMs: row.timeout_ms, lane: row.lane });
      outputs = (JSON.parse(row.input) as ExecBody).out?.map((file) => file.key) ?? [];
    } else {
      verdict = missionVerdict({
        exit,
        killed: kill.reason,
        timeoutMs: row.timeout_ms,
        lane: row.lane,
        outOfMemory: exit && (memory?.verdict(exit) ?? kernelOutOfMemory(exit, kill, parts)),
        violation: control?.violations[0],
        final: control?.final,
      });
      outputs = [...control?.outputs ?? []];
    }
  } catch (error) {
    verdict = crashed(error);
  }
  const final = capped(verdict, limits);
  return {
    ending: {
      ...final,
      progressDropped: gate.dropped,
      truncatedStdout: capture.truncated.stdout,
      truncatedStderr: capture.truncated.stderr,
    },
    outputs: final.outcome === "success" ? outputs : [],
    ...(start === undefined ? {} : { start }),
  };
}

/** Collects the output files of a successful run; what goes wrong turns the success into a failure. */
export async function collect(
  row: RunningMission,
  end: RunEnd,
  parts: EngineParts,
): Promise<{ ending: Ending; files: CollectedFile[] }> {
  if (end.outputs.length === 0) return { ending: end.ending, files: [] };
  try {
    const files = await collectOutputs(parts.dataDir.work(row.mission_id), end.outputs, {
      dataDir: parts.dataDir,
      ids: parts.ids,
      slots: parts.slots,
      maxFileBytes: parts.config.limits.maxOutputFileBytes,
      quotaProblem: parts.quotaProblem,
      onFsyncFailure: (error) => parts.onFsyncFailure("output_commit", error),
    });
    return { ending: end.ending, files };
  } catch (error) {
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

/** Removes what a finished run leaves that nobody can ask for. */
export function tidy(row: RunningMission, outputs: readonly string[], parts: EngineParts): void {
  try {
    tidyWorkdir(
      parts.dataDir.disk,
      parts.dataDir.work(row.mission_id),
      parts.store.missions.files(row.id),
      outputs,
    );
  } catch (error) {
    parts.log.warn("io_error", { op: "tidy_workdir", mission_id: row.mission_id, err: error });
  }
}

/** Removes collected files of a mission that was deleted meanwhile. */
export function forget(files: readonly CollectedFile[], parts: EngineParts): void {
  discard(files, parts.dataDir);
}

async function prepare(row: RunningMission, parts: EngineParts): Promise<SpawnRequest> {
  const files = parts.store.missions.files(row.id);
  const workdir = await makeWorkdir(row, files, parts.dataDir, parts.slots);
  const launch = row.kind === "exec"
    ? execLaunch(row, files, workdir.path)
    : missionLaunch(row, files, workdir.path, parts);
  return { ...launch, cwd: workdir.path, stdin: workdir.stdin, control: row.kind === "mission" };
}

/** Records that the process runs, and answers whether that went well; a process that nobody would know of is ended. */
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

function missionLaunch(
  row: RunningMission,
  files: readonly MissionFileRow[],
  workdir: string,
  parts: EngineParts,
): { argv: string[]; env: Record<string, string> } {
  const runtime = row.runtime === null ? undefined : parts.store.missions.runtime(row.runtime);
  if (runtime === undefined) {
    throw new LaunchError("spawn_failed", "how to start the mission is not known any more");
  }
  const env = missionEnvironment(row, files, workdir, parts.config.missionEnv, parts.readVariable);
  return { argv: missionCommand(runtime, row.mission_name, parts.dataDir.disk), env };
}

function execLaunch(
  row: RunningMission,
  files: readonly MissionFileRow[],
  workdir: string,
): { argv: string[]; env: Record<string, string> } {
  const request = JSON.parse(row.input) as ExecBody;
  const outputs = request.out?.map((file) => file.key) ?? [];
  return { argv: [...request.command], env: execEnvironment(row, files, outputs, workdir) };
}

/** The kernel kills silently; only the cgroup's count tells why. */
function kernelOutOfMemory(exit: ExitStatus, kill: KillSwitch, parts: EngineParts): OutOfMemory | undefined {
  if (exit.signal !== "KILL" || kill.reason !== undefined || !parts.memoryKills.any()) return undefined;
  return { reason: "cgroup_oom", message: "ended by the kernel because the memory of its cgroup ran out" };
}

function crashed(error: unknown): Verdict {
  const reason = error instanceof LaunchError
    ? error.reason
    : isDiskFull(error)
    ? "disk_quota_exceeded"
    : "spawn_failed";
  return {
    outcome: "crashed",
    exitCode: 0,
    signal: null,
    failReason: reason,
    failMessage: textOf(error),
    failDetails: null,
    returnValue: null,
  };
}
