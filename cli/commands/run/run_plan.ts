/**
 * The plan of `run` and `dispatch`, validated before the first request.
 *
 * @module
 */
import type { DispatchOptions, MissionRetry, SuccessorOptions } from "../../../client/types.ts";
import type { Priority, UniqueRule } from "../../../protocol/dispatch_options.ts";
import { Ids } from "../../../protocol/ids.ts";
import type { JsonObject } from "../../../protocol/json_value.ts";
import { ATTEMPTS_MAX } from "../../../protocol/retry.ts";
import { UUID } from "../../../protocol/names.ts";
import { UsageError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";
import { required, type Values } from "../../parse/flags.ts";
import { type Pair, parsePairs, requireFolderOf } from "../../parse/paths.ts";
import type { PipedFiles } from "../../parse/piped_files.ts";
import { duration, parseMoment, waitLimit } from "../../parse/times.ts";
import { parseExact, readInput } from "../mission_input.ts";
import type { MISSION_FLAGS } from "../shared_flags.ts";
import type { RUN_FLAGS } from "./command.ts";

/** Flags of the mission. */
export type MissionValues = Values<typeof MISSION_FLAGS>;

/** Flags of `run` about the wait. */
export type RunValues = MissionValues & Values<typeof RUN_FLAGS>;

/** A mission that is ready to be sent. */
export type DispatchPlan = Omit<DispatchOptions, "signal" | "traceparent">;

/** A mission that is ready to be sent and waited for. */
export interface RunPlan {
  readonly dispatch: DispatchPlan;
  /** Destination of each output file. */
  readonly outputs: readonly Pair[];
  /** Milliseconds from the accepted dispatch; undefined means forever. */
  readonly waitMs: number | undefined;
}

/** @throws {UsageError} When a flag is missing or invalid, or a file cannot be read. */
export async function dispatchPlan(flags: MissionValues, io: Io, piped: PipedFiles): Promise<DispatchPlan> {
  const mission = required(flags.mission, "mission");
  const { "mission-id": missionId } = flags;
  const fault = missionId === undefined ? undefined : UUID.fault(missionId, "--mission-id");
  if (fault !== undefined) throw new UsageError(fault);
  const files: Record<string, string> = {};
  for (const { key, path } of parsePairs("--file", flags.file)) files[key] = await piped.path("--file", path);
  const input = await readInput(flags, io);
  return {
    mission,
    input,
    files,
    timeout: flags.timeout,
    priority: flags.priority as Priority | undefined,
    runAt: parseMoment("--run-at", flags["run-at"]),
    delay: flags.delay,
    key: flags.key,
    unique: flags.unique as UniqueRule | undefined,
    serial: flags.serial,
    onSuccess: successor("--on-success", flags["on-success"]),
    onFailure: successor("--on-failure", flags["on-failure"]),
    tags: flags.tag,
    owner: flags.owner,
    notify: flags.notify,
    retry: retryOf(flags),
    missionId,
  };
}

/** @param text The name of a mission, or a JSON object that begins with its brace. */
function successor(flag: string, text: string | undefined): SuccessorOptions | undefined {
  if (text === undefined || !text.startsWith("{")) return text === undefined ? undefined : { mission: text };
  const exact = parseExact(flag, text);
  if (isSuccessor(JSON.parse(text))) return exact as JsonObject & SuccessorOptions;
  throw new UsageError(
    `${flag} must be the name of a mission, or {"mission": NAME, "lane": NAME, "input": {…}} where lane and input may be left out`,
  );
}

/** Names are checked with the rest of the dispatch. */
function isSuccessor({ mission, lane = "", input = {}, ...unknown }: Record<string, unknown>): boolean {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  return typeof mission === "string" && typeof lane === "string" && isObject &&
    Object.keys(unknown).length === 0;
}

function retryOf({ attempts, backoff }: MissionValues): MissionRetry | undefined {
  if (attempts === undefined && backoff !== undefined) throw new UsageError("--backoff needs --attempts");
  if (attempts === undefined) return undefined;
  if (attempts < 1 || attempts > ATTEMPTS_MAX) {
    throw new UsageError(`--attempts ${attempts} must be 1 to ${ATTEMPTS_MAX}`);
  }
  if (backoff !== undefined) duration("--backoff", backoff);
  return { attempts, backoff };
}

/** @throws {UsageError} As {@linkcode dispatchPlan}. */
export async function runPlan(flags: RunValues, io: Io, piped: PipedFiles): Promise<RunPlan> {
  const delayMs = flags.delay === undefined ? undefined : duration("--delay", flags.delay);
  const runAtMs = parseMoment("--run-at", flags["run-at"]);
  // The total time of all attempts is unknown: only --wait-timeout limits the wait.
  const moreMs = (flags.attempts ?? 1) > 1 ? Infinity : delayMs ?? Math.max(0, (runAtMs ?? 0) - Date.now());
  const waitMs = waitLimit(flags, moreMs);
  const outputs = parsePairs("--output-file", flags["output-file"]);
  for (const { path } of outputs) requireFolderOf("--output-file", path);
  return { dispatch: await dispatchPlan(flags, io, piped), outputs, waitMs };
}

/** The plan with an id chosen here, so that the mission can be named even if its dispatch is never answered. */
export function withId(plan: DispatchPlan): DispatchPlan & { readonly missionId: string } {
  return { ...plan, missionId: plan.missionId ?? new Ids().mission() };
}
