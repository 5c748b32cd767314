import type { DugdaleLimits } from "../../config/dugdale/limits.ts";
import type { Clock } from "../host/clock.ts";
import type { DataDir } from "../host/data_dir.ts";
import type { Slots } from "../host/slots.ts";
import type { ExitStatus, Spawner, SpawnRequest } from "../host/spawn.ts";
import type { MissionFileRow, MissionRow } from "../store/mission_row.ts";
import type { FinalEvent, Violation } from "./fd3.ts";
import { capped, execVerdict, missionVerdict, type Verdict } from "./ending.ts";
import { InTurns } from "./in_turns.ts";
import type { KillSwitch } from "./kill.ts";
import { isDiskFull, LaunchError, textOf } from "./launch_error.ts";
import { type KernelMemoryKills, MemoryWatch, type OutOfMemory } from "./out_of_memory.ts";
import { type OutputHandlers, type ProcessStart, runProcess } from "./process.ts";
import { makeWorkdir } from "./workdir.ts";

/** What to run. */
export interface RunPlan {
  readonly mission: Pick<MissionRow, "mission_id" | "kind" | "lane" | "input">;
  /** Staging files to copy into the working directory. */
  readonly files: readonly MissionFileRow[];
  /** The command and its variables, for a working directory. @throws {LaunchError} When there is no command. */
  readonly launch: (workdir: string) => Pick<SpawnRequest, "argv" | "env">;
  /** From the start of the process; null and 0 mean no limit. */
  readonly timeoutMs: number | null;
  /** Requested output files of an exec; a mission declares its own. */
  readonly outputs?: readonly string[];
  readonly limits: DugdaleLimits;
}

/** Parses descriptor 3, and returns at its end what the mission has reported. */
export interface Fd3Source {
  readonly violations: readonly Violation[];
  readonly final: FinalEvent | undefined;
  readonly outputs: Iterable<string>;
  write(chunk: Uint8Array): void;
  end(): void;
}

/** Handlers of a run's output. */
export interface RunHandlers extends Omit<OutputHandlers, "control"> {
  /** Absent for an exec. */
  readonly fd3?: Fd3Source | undefined;
  /** Called once the process runs. */
  readonly onStarted?: (start: ProcessStart) => void;
  /** See {@linkcode runProcess}. */
  readonly onOutlived?: () => void;
}

/** Dependencies of a run. */
export interface RunHost {
  readonly clock: Clock;
  readonly dataDir: DataDir;
  readonly slots: Slots;
  readonly spawner: Spawner;
  /** Called when a process was killed from outside. Absent: the reason of a kill is unknown. */
  readonly memoryKills?: Pick<KernelMemoryKills, "any">;
}

/** How a run ended, and the keys of its declared output files. */
export interface Exit {
  readonly verdict: Verdict;
  readonly outputs: readonly string[];
  /** What a failed mission says about another attempt. */
  readonly retry?: false | number | undefined;
}

/**
 * Runs a mission or an exec: creates its working directory, runs its process to the end, and determines its ending.
 *
 * @param kill Kills the process. It is not closed afterwards: collecting the output files is part of the run's time.
 * @throws {LaunchError | SpawnError} When it cannot be started; {@linkcode crashed} converts it to an ending.
 */
export async function runMission(
  plan: RunPlan,
  handlers: RunHandlers,
  kill: KillSwitch,
  host: RunHost,
): Promise<Exit> {
  const { mission, timeoutMs, limits } = plan;
  const { fd3, onStarted, onOutlived } = handlers;
  const isExec = mission.kind === "exec";
  const workdir = await makeWorkdir(mission, plan.files, host.dataDir, host.slots);
  const memory = new MemoryWatch();
  const control = new InTurns((piece) => fd3?.write(piece), host.clock);
  const output: OutputHandlers = isExec ? handlers : {
    stdout: (chunk) => {
      memory.write("stdout", chunk);
      handlers.stdout(chunk);
    },
    stderr: (chunk) => {
      memory.write("stderr", chunk);
      handlers.stderr(chunk);
    },
    control: (chunk) => control.write(chunk),
  };
  const child = await host.spawner.spawn({
    ...plan.launch(workdir.path),
    cwd: workdir.path,
    stdin: workdir.stdin,
    control: !isExec,
  });
  const exit = await runProcess(child, {
    output,
    kill,
    timeoutMs,
    postExitGraceMs: limits.readerPostExitGraceMs,
    clock: host.clock,
    ...(onStarted === undefined ? {} : { onStarted }),
    ...(onOutlived === undefined ? {} : { onOutlived }),
  });
  await control.settled;
  fd3?.end();
  const facts = { exit, killed: kill.reason, timeoutMs, lane: mission.lane };
  const verdict = isExec ? execVerdict(facts) : missionVerdict({
    ...facts,
    outOfMemory: exit && (memory.verdict(exit) ?? kernelOutOfMemory(exit, kill, host)),
    violation: fd3?.violations[0],
    final: fd3?.final,
  });
  const final = fd3?.final;
  return {
    verdict: capped(verdict, limits),
    outputs: isExec ? plan.outputs ?? [] : [...fd3?.outputs ?? []],
    retry: final?.event === "fail" ? final.retry : undefined,
  };
}

/** The ending of a run that could not be started. */
export function crashed(error: unknown, limits: DugdaleLimits): Verdict {
  const reason = error instanceof LaunchError
    ? error.reason
    : isDiskFull(error)
    ? "disk_quota_exceeded"
    : "spawn_failed";
  return capped({
    outcome: "crashed",
    exitCode: 0,
    signal: null,
    failReason: reason,
    failMessage: textOf(error),
    failDetails: null,
    returnValue: null,
  }, limits);
}

/** The kernel kills silently; only the counter of the cgroup shows the reason. */
function kernelOutOfMemory(
  exit: ExitStatus,
  kill: KillSwitch,
  { memoryKills }: RunHost,
): OutOfMemory | undefined {
  if (exit.signal !== "KILL" || kill.reason !== undefined || !memoryKills?.any()) return undefined;
  return { reason: "cgroup_oom", message: "ended by the kernel because the memory of its cgroup ran out" };
}
