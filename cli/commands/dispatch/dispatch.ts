/** `letts dispatch`. @module */
import type { DispatchedRef } from "../../../client/types.ts";
import { CommandError, InterruptedError, UsageError } from "../../errors.ts";
import { shortText } from "../../output/error_text.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { PipedFiles } from "../../parse/piped_files.ts";
import { Interrupts, rethrowInterruption } from "../interrupts.ts";
import { reportStillRunning } from "../run/interrupted.ts";
import { dispatchPlan, type MissionValues, withId } from "../run/run_plan.ts";
import type { TARGET_FLAGS } from "../shared_flags.ts";
import { resolveTarget } from "../target.ts";
import type { DISPATCH_FLAGS } from "./command.ts";

type DispatchCall = Call<MissionValues & Values<typeof TARGET_FLAGS & typeof DISPATCH_FLAGS>>;

/** Sends a mission without waiting for it. */
export async function dispatch(call: DispatchCall): Promise<void> {
  const { flags, globals, io } = call;
  if (flags.count !== undefined) return await dispatchCount(call, flags.count);
  const client = await call.open();
  const { dugdale, lane } = resolveTarget(client.config, flags);
  await using piped = new PipedFiles();
  const plan = withId(await dispatchPlan(flags, io, piped));
  const { missionId } = plan;
  using interrupts = new Interrupts(io);
  const sent = await client.dispatch({ host: dugdale.id, lane }, { ...plan, signal: interrupts.signal })
    .catch(rethrowInterruption)
    .catch(async (error) => {
      const told = { host: dugdale.id, missionId, accepted: false };
      if (error instanceof InterruptedError) await reportStillRunning(io, [told]);
      throw error;
    });
  await writeResult(
    io.stdout,
    globals.output,
    record(sent),
    () => line(sent),
  );
}

function record({ missionId, status, deduplicated }: DispatchedRef): object {
  return { mission_id: missionId, status, ...(deduplicated ? { deduplicated } : {}) };
}

function line({ missionId, status, deduplicated }: DispatchedRef): string {
  return `${missionId}\t${status}${deduplicated ? "\tdeduplicated" : ""}\n`;
}

/** Sends a mission many times. Accepted ids are printed before the failure of another mission is reported. */
async function dispatchCount(call: DispatchCall, count: number): Promise<void> {
  const { flags, globals, io } = call;
  if (count < 1) throw new UsageError(`--count ${count} must be at least 1`);
  if (flags["mission-id"] !== undefined) {
    throw new UsageError("--count and --mission-id cannot be used together");
  }
  const client = await call.open();
  const { dugdale, lane } = resolveTarget(client.config, flags);
  await using piped = new PipedFiles();
  const plan = await dispatchPlan(flags, io, piped);
  using interrupts = new Interrupts(io);
  const { signal } = interrupts;
  const outcomes = await client.dispatchMany({ host: dugdale.id, lane }, Array(count).fill(plan), { signal });
  const accepted = outcomes.flatMap((outcome) => outcome.ok ? [outcome.ref] : []);
  await writeResult(
    io.stdout,
    globals.output,
    accepted.map(record),
    () => accepted.map(line).join(""),
  );
  const failed = outcomes.flatMap((outcome) => outcome.ok ? [] : [outcome.error]);
  const [first] = failed;
  if (first === undefined) return;
  if (failed.length === count) throw first;
  throw new CommandError(
    `${failed.length} of ${count} missions were not accepted: ${shortText(first, client.config)}`,
  );
}
