/**
 * Many missions in parallel.
 *
 * @module
 */
import { AbortedError, ArgumentError } from "../errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import { fanOut } from "../fleet.ts";
import { LinkedAbort } from "../abort.ts";
import { matching } from "../address.ts";
import { argument, checkWait } from "../arguments.ts";
import { type Context, defaultMatch } from "../context.ts";
import { launchId } from "./dispatch.ts";
import { runToEnd } from "./launch.ts";
import { parseLaneName } from "../../protocol/names.ts";
import { type OpenFile, shareFiles } from "../files/staged.ts";
import type { Address, Everywhere, HostOutcome, Job, ManyOptions, RunOptions } from "../types.ts";

/** What differs between fan-outs. */
interface FanOut extends ManyOptions {
  readonly method: "runMany" | "runOnAll";
}

/**
 * Runs all jobs and returns their outcomes in order. A failed job does not affect the others.
 *
 * @throws {ArgumentError} When `concurrency` is less than one or `waitMs` is not a number.
 */
export async function runMany<R>(
  context: Context,
  jobs: readonly Job[],
  options: FanOut,
): Promise<HostOutcome<R>[]> {
  const { method, concurrency, waitMs, signal } = options;
  checkWait(waitMs);
  const reading = new LinkedAbort(signal);
  const files = shareFiles(reading.signal);
  try {
    return await fanOut(
      jobs,
      (job, linked, index) =>
        runJob<R>(context, { index, job, method, openFile: files.open, signal: linked }),
      { concurrency, waitMs, signal },
    );
  } finally {
    reading.abort(new AbortedError("the fan-out is over"));
    await files[Symbol.asyncDispose]();
    reading.release();
  }
}

/**
 * Runs one mission on every dugdale that has the lane and the labels.
 *
 * @throws {NoMatchingDugdaleError} When there is none.
 */
export function runOnAll<R>(
  context: Context,
  where: Everywhere,
  options: RunOptions,
): Promise<HostOutcome<R>[]> {
  if (options.missionId !== undefined) {
    throw new ArgumentError("runOnAll takes no missionId: it starts one mission on each dugdale");
  }
  const lane = argument(() => parseLaneName(where.lane));
  const labels = where.match?.length ? where.match : defaultMatch(context);
  const hosts = matching(context.connections.config, lane, labels);
  const { waitMs, signal, ...rest } = options;
  const jobs = hosts.map(({ id }) => ({ ...rest, host: id, lane }));
  return runMany<R>(context, jobs, { method: "runOnAll", waitMs, signal });
}

interface Running {
  readonly index: number;
  readonly job: Job;
  readonly method: FanOut["method"];
  readonly openFile: OpenFile;
  readonly signal: AbortSignal;
}

async function runJob<R>(
  context: Context,
  { index, job, method, openFile, signal }: Running,
): Promise<HostOutcome<R>> {
  const address: Address = job;
  const abort = new LinkedAbort(signal, job.signal);
  let host: string | undefined;
  let missionId: string | undefined;
  try {
    abort.signal.throwIfAborted();
    missionId = launchId(job.missionId, context.ids);
    const result = await runToEnd<R>(context, address, {
      ...job,
      missionId,
      throwOnFailure: false,
      signal: abort.signal,
    }, { method, openFile, onTarget: ({ dugdale }) => host = dugdale.id });
    return { ok: true, index, host: result.host, result };
  } catch (cause) {
    return {
      ok: false,
      index,
      address,
      host,
      missionId,
      error: toLettsError(cause, abort.signal, { host, missionId }),
    };
  } finally {
    abort.release();
  }
}

/** Any error other than those of the client or the caller's abort is a bug, which an outcome must not hide. */
function toLettsError(
  cause: unknown,
  signal: AbortSignal,
  facts: { readonly host: string | undefined; readonly missionId: string | undefined },
): LettsError {
  if (cause instanceof LettsError) return cause;
  if (signal.aborted) return new AbortedError("the job was aborted", { ...facts, cause });
  throw cause;
}
