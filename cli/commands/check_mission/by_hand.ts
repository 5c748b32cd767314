/**
 * Runs a mission from a shell: without the variables of a dugdale and descriptor 3, with the input as an argument.
 *
 * @module
 */
import { systemClock } from "../../../dugdale/host/clock.ts";
import type { ExitStatus } from "../../../dugdale/host/spawn.ts";
import { openSpawner } from "../../../dugdale/host/spawner.ts";
import { KillSwitch } from "../../../dugdale/run/kill.ts";
import { runProcess } from "../../../dugdale/run/process.ts";
import { LIMIT_DEFAULTS } from "../../../config/dugdale/limits.ts";
import type { CheckedMission } from "./checked_mission.ts";
import { Printed } from "./printed.ts";

/** The end of the run. */
export interface HandRun {
  readonly exit: ExitStatus;
  readonly timedOut: boolean;
  readonly stdout: Printed;
  readonly stderr: Printed;
}

/**
 * Runs it in the given folder. Input files are named by their paths in the input, under their roles.
 *
 * @param killed Ends the mission.
 * @throws {SpawnError} When it cannot be started.
 */
export async function runByHand(
  mission: CheckedMission,
  folder: string,
  killed: AbortSignal,
): Promise<HandRun> {
  using kill = new KillSwitch(systemClock, LIMIT_DEFAULTS.defaultKillGraceMs);
  const end = (): void => void kill.kill("killed_by_api");
  killed.addEventListener("abort", end, { once: true });
  if (killed.aborted) end();
  const [stdout, stderr] = [new Printed(), new Printed()];
  using spawner = openSpawner(systemClock);
  const child = await spawner.spawn({
    argv: [...mission.command, `--input=${withPaths(mission)}`],
    env: ownEnvironment(),
    cwd: folder,
    stdin: "/dev/null",
    control: false,
  });
  const exit = await runProcess(child, {
    output: { stdout: (chunk) => stdout.write(chunk), stderr: (chunk) => stderr.write(chunk) },
    kill,
    timeoutMs: mission.timeoutMs,
    postExitGraceMs: LIMIT_DEFAULTS.readerPostExitGraceMs,
    clock: systemClock,
  }).finally(() => killed.removeEventListener("abort", end));
  if (exit === undefined) throw new Error("exit status of the mission unavailable");
  return { exit, timedOut: kill.reason === "timeout", stdout, stderr };
}

/** The text is modified rather than parsed, so that numbers keep every digit. */
function withPaths({ input, files }: CheckedMission): string {
  const members = files.map(({ key, path }) => `${JSON.stringify(key)}:${JSON.stringify(path)}`).join(",");
  const text = input.trim() === "null" ? "{}" : input.trim();
  if (members === "" || !text.startsWith("{")) return text;
  const rest = text.slice(1).trimStart();
  return rest === "}" ? `{${members}}` : `${text.slice(0, text.lastIndexOf("}"))},${members}}`;
}

/** A check inside a mission must not inherit that mission's variables. */
function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("LETTS_")),
  );
}
