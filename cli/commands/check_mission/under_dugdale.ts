/**
 * Runs a mission as a dugdale does: the same folders, variables, pipes, rules and limits, without the dugdale.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LIMIT_DEFAULTS } from "../../../config/dugdale/limits.ts";
import { INHERITED } from "../../../dugdale/embedded.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { Ids } from "../../../protocol/ids.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import { openSpawner } from "../../../dugdale/host/spawner.ts";
import { CollectError, collectOutputs } from "../../../dugdale/run/collect.ts";
import { capped, missionVerdict, type Verdict } from "../../../dugdale/run/ending.ts";
import { missionEnvironment } from "../../../dugdale/run/environment.ts";
import { KillSwitch } from "../../../dugdale/run/kill.ts";
import { MemoryWatch } from "../../../dugdale/run/out_of_memory.ts";
import { runProcess } from "../../../dugdale/run/process.ts";
import { makeWorkdir } from "../../../dugdale/run/workdir.ts";
import type { MissionFileRow } from "../../../dugdale/store/mission_row.ts";

import type { CheckedMission } from "./checked_mission.ts";
import { Printed } from "./printed.ts";
import { Transcript } from "./transcript.ts";

const LANE = "default";

/** Everything that was seen. */
export interface SeenRun {
  readonly verdict: Verdict;
  readonly transcript: Transcript;
  readonly stdout: Printed;
  readonly stderr: Printed;
  /** Collected output files: bytes by key. */
  readonly outputs: ReadonlyMap<string, number>;
  /** Declared output files that could not be collected, each in words. */
  readonly lostOutputs: readonly string[];
  /** Names in `out/` that nobody declared. */
  readonly undeclared: readonly string[];
}

/**
 * Runs it in a folder below the given one.
 *
 * @param killed Ends the mission.
 * @throws {SpawnError} When it cannot be started.
 */
export async function runUnderDugdale(
  mission: CheckedMission,
  folder: string,
  killed: AbortSignal,
): Promise<SeenRun> {
  const dataDir = new DataDir(folder);
  dataDir.make();
  const ids = new Ids();
  const slots = new Slots(1);
  const row = { mission_id: ids.mission(), kind: "mission", lane: LANE, traceparent: null } as const;
  const files = mission.files.map(({ key, path }): MissionFileRow => {
    const id = ids.staging();
    copyFileSync(path, dataDir.staging(id));
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    return {
      staging_id: id,
      ref_kind: "input",
      role: key,
      sha256,
      size: statSync(path).size,
      state: "complete",
    };
  });
  const workdir = await makeWorkdir({ ...row, input: mission.input }, files, dataDir, slots);
  const env = missionEnvironment(
    row,
    files,
    workdir.path,
    { inherit: INHERITED, set: {} },
    (name) => Deno.env.get(name),
  );
  const seen = {
    transcript: new Transcript(LIMIT_DEFAULTS),
    stdout: new Printed(),
    stderr: new Printed(),
  };
  const memory = new MemoryWatch();
  const printed = (stream: "stdout" | "stderr") => (chunk: Uint8Array): void => {
    memory.write(stream, chunk);
    seen[stream].write(chunk);
  };
  const kill = new KillSwitch(systemClock, LIMIT_DEFAULTS.defaultKillGraceMs);
  const end = (): void => void kill.kill("killed_by_api");
  killed.addEventListener("abort", end, { once: true });
  if (killed.aborted) end();
  using spawner = openSpawner(systemClock);
  const request = { argv: mission.command, env, cwd: workdir.path, stdin: workdir.stdin, control: true };
  const exit = await runProcess(await spawner.spawn(request), {
    output: {
      stdout: printed("stdout"),
      stderr: printed("stderr"),
      control: (chunk) => seen.transcript.write(chunk),
    },
    kill,
    timeoutMs: mission.timeoutMs,
    postExitGraceMs: LIMIT_DEFAULTS.readerPostExitGraceMs,
    clock: systemClock,
  }).finally(() => killed.removeEventListener("abort", end));
  seen.transcript.end();
  const { transcript } = seen;
  const verdict = capped(
    missionVerdict({
      exit,
      killed: kill.reason,
      timeoutMs: mission.timeoutMs,
      lane: LANE,
      outOfMemory: exit && memory.verdict(exit),
      violation: transcript.violations[0],
      final: transcript.final,
    }),
    LIMIT_DEFAULTS,
  );
  const found = await collectEach(workdir.path, transcript.outputs, { dataDir, ids, slots });
  return {
    ...seen,
    verdict: verdict.outcome === "success" && found.failed !== undefined
      ? { ...verdict, ...found.failed, outcome: "failed", returnValue: null }
      : verdict,
    outputs: found.sizes,
    lostOutputs: found.lost,
    undeclared: undeclaredIn(join(workdir.path, "out"), transcript.outputs),
  };
}

interface Found {
  readonly sizes: ReadonlyMap<string, number>;
  readonly lost: readonly string[];
  /** What the first lost one makes of a success. */
  readonly failed: { readonly failReason: string; readonly failMessage: string } | undefined;
}

/** One by one, where a dugdale stops at the first: whoever looks for mistakes wants all of them. */
async function collectEach(
  workdir: string,
  keys: readonly string[],
  parts: { readonly dataDir: DataDir; readonly ids: Ids; readonly slots: Slots },
): Promise<Found> {
  const sizes = new Map<string, number>();
  const lost: CollectError[] = [];
  for (const key of [...keys].sort()) {
    try {
      const [file] = await collectOutputs(workdir, [key], {
        ...parts,
        maxFileBytes: LIMIT_DEFAULTS.maxOutputFileBytes,
        quotaProblem: () => undefined,
        onFsyncFailure: () => {},
      });
      if (file !== undefined) sizes.set(key, file.size);
    } catch (error) {
      if (!(error instanceof CollectError)) throw error;
      lost.push(error);
    }
  }
  const [first] = lost;
  return {
    sizes,
    lost: lost.map(({ message }) => message),
    failed: first && { failReason: first.reason, failMessage: first.message },
  };
}

function undeclaredIn(out: string, declared: readonly string[]): readonly string[] {
  try {
    return readdirSync(out).filter((name) => !declared.includes(name)).sort();
  } catch {
    return []; // not a folder any more, which collecting has told
  }
}
