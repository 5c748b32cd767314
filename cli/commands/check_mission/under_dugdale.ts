/**
 * Runs a mission as a dugdale does: the same folders, variables, pipes, rules and limits, but without the dugdale.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { LIMIT_DEFAULTS } from "../../../config/dugdale/limits.ts";
import { inheritedEnv } from "../../../dugdale/embedded.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { Ids } from "../../../protocol/ids.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import { openSpawner } from "../../../dugdale/host/spawner.ts";
import { CollectError, collectOutputs } from "../../../dugdale/run/collect.ts";
import type { Verdict } from "../../../dugdale/run/ending.ts";
import { missionEnvironment } from "../../../dugdale/run/environment.ts";
import { KillSwitch } from "../../../dugdale/run/kill.ts";
import { runMission } from "../../../dugdale/run/run_mission.ts";
import type { MissionFileRow } from "../../../dugdale/store/mission_row.ts";
import type { CheckedMission } from "./checked_mission.ts";
import { Printed } from "./printed.ts";
import { Transcript } from "./transcript.ts";

const LANE = "default";

/** Everything that was observed. */
export interface SeenRun {
  readonly verdict: Verdict;
  readonly transcript: Transcript;
  readonly stdout: Printed;
  readonly stderr: Printed;
  /** Collected output files: size by key. */
  readonly outputs: ReadonlyMap<string, number>;
  /** Declared output files that could not be collected, with the reason. */
  readonly lostOutputs: readonly string[];
  /** Undeclared names in `out/`. */
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
  const row = { mission_id: ids.mission(), kind: "mission", lane: LANE, input: mission.input } as const;
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
  const transcript = new Transcript(LIMIT_DEFAULTS);
  const [stdout, stderr] = [new Printed(), new Printed()];
  using kill = new KillSwitch(systemClock, LIMIT_DEFAULTS.defaultKillGraceMs);
  const end = (): void => void kill.kill("killed_by_api");
  killed.addEventListener("abort", end, { once: true });
  if (killed.aborted) end();
  using spawner = openSpawner(systemClock);
  const { verdict } = await runMission(
    {
      mission: row,
      files,
      launch: (workdir) => ({
        argv: mission.command,
        env: missionEnvironment({ ...row, traceparent: null }, {
          files,
          workdir,
          configured: inheritedEnv(),
          read: (name) => Deno.env.get(name),
        }),
      }),
      timeoutMs: mission.timeoutMs,
      limits: LIMIT_DEFAULTS,
    },
    { stdout: (chunk) => stdout.write(chunk), stderr: (chunk) => stderr.write(chunk), fd3: transcript },
    kill,
    { clock: systemClock, dataDir, slots, spawner },
  ).finally(() => killed.removeEventListener("abort", end));
  const workdir = dataDir.work(row.mission_id);
  const found = await collectEach(workdir, transcript.outputs, { dataDir, ids, slots });
  return {
    transcript,
    stdout,
    stderr,
    verdict: verdict.outcome === "success" && found.failed !== undefined
      ? { ...verdict, ...found.failed, outcome: "failed", returnValue: null }
      : verdict,
    outputs: found.sizes,
    lostOutputs: found.lost,
    undeclared: undeclaredIn(join(workdir, "out"), transcript.outputs),
  };
}

interface Found {
  readonly sizes: ReadonlyMap<string, number>;
  readonly lost: readonly string[];
  /** The ending of a success with a missing output file. */
  readonly failed: { readonly failReason: string; readonly failMessage: string } | undefined;
}

/** One by one: a dugdale stops at the first problem, a check reports all. */
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
        signal: undefined,
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
