/**
 * Many missions in one request, for one lane of one dugdale.
 *
 * @module
 */
import { isProblemCode, type ProblemBody, PROBLEMS } from "../../protocol/problem.ts";
import { BATCH_MAX, type BatchItem } from "../../protocol/mission.ts";
import type { StagingId } from "../../protocol/names.ts";
import { LinkedAbort } from "../abort.ts";
import { resolveAddress } from "../address.ts";
import { type Context, defaultMatch } from "../context.ts";
import { AbortedError } from "../errors.ts";
import { assertFeaturesUsed, requireFeatures } from "../features.ts";
import { shareFiles, stage } from "../files/staged.ts";
import { fanOut } from "../fleet.ts";
import { toProblemError } from "../http/answer.ts";
import type { Connection } from "../http/connection.ts";
import { DISPATCH } from "../http/scopes.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import type {
  Address,
  CallOptions,
  DispatchedRef,
  DispatchOptions,
  DispatchOutcome,
  FileSource,
} from "../types.ts";
import { checkDispatch, type CheckedDispatch, launchId, type StagedFile } from "./dispatch.ts";
import { reportFailure } from "./observer.ts";
import { traced } from "../../protocol/tracing.ts";

/**
 * Maximum length of a request in UTF-16 units, unless a single mission is longer: half of what a dugdale accepts by
 * default.
 */
const REQUEST_UNITS = 1024 * 1024;
/** Maximum number of parallel uploads. */
const UPLOADS = 8;

/** A mission of the batch that is being sent. */
interface Entry {
  readonly index: number;
  readonly checked: CheckedDispatch;
  /** Its JSON. */
  readonly text: string;
}

/**
 * Sends missions, up to 1000 in a request, and returns an outcome for each, in their order. A failed mission does not
 * affect the others.
 *
 * @throws {ArgumentError} When a mission is invalid; then nothing was sent.
 * @throws {UnsupportedFeatureError} When the dugdale does not support batches, or a feature that a mission needs.
 */
export async function dispatchMany(
  context: Context,
  to: Address,
  missions: readonly DispatchOptions[],
  { signal }: CallOptions,
): Promise<DispatchOutcome[]> {
  const all = missions.map((options) => checkDispatch(options, launchId(options.missionId, context.ids)));
  const { dugdale, lane } = resolveAddress(to, context.connections.config, defaultMatch(context));
  const connection = context.connections.of(dugdale);
  const attributes = { "letts.host": dugdale.id, "letts.lane": lane, "letts.missions": all.length };
  return await traced(context.connections.tracer, "letts.dispatch", { kind: 3, attributes }, async (span) => {
    const needed = new Set(all.flatMap(({ features }) => features));
    await requireFeatures(connection, ["dispatch_batch", ...needed], { signal });
    const outcomes: DispatchOutcome[] = [];
    const refuse = (index: number, error: LettsError): void => {
      const { missionId, options } = all[index]!;
      outcomes[index] = { ok: false, index, missionId, error };
      const facts = { method: "dispatchMany", address: to, missionId, host: dugdale.id, options } as const;
      reportFailure(context, facts, "dispatch", error);
    };
    const entries = await staged(all, connection, lane, refuse, signal);
    for (const chunk of chunks(entries)) {
      signal?.throwIfAborted();
      try {
        const { results } = await connection.json("dispatchBatch", {
          scopes: DISPATCH,
          body: `{"missions":[${chunk.map(({ text }) => text).join(",")}]}`,
          signal,
          spanTraceparent: span.traceparent,
        });
        for (const [at, { index, checked }] of chunk.entries()) {
          try {
            const found = accepted(results[at], checked, connection);
            outcomes[index] = {
              ok: true,
              index,
              ref: { host: dugdale.id, kind: "mission", ...found },
            };
          } catch (error) {
            refuse(index, ours(error));
          }
        }
      } catch (error) {
        if (signal?.aborted) throw error;
        for (const { index } of chunk) refuse(index, ours(error));
      }
    }
    return outcomes;
  });
}

/**
 * Uploads the files of all missions, each source once, and returns the JSON of the missions whose files are uploaded.
 */
async function staged(
  all: readonly CheckedDispatch[],
  connection: Connection,
  lane: string,
  refuse: (index: number, error: LettsError) => void,
  signal: AbortSignal | undefined,
): Promise<readonly Entry[]> {
  const reading = new LinkedAbort(signal);
  const files = shareFiles(reading.signal);
  const uploads = new Map<FileSource, Promise<StagingId>>();
  const upload = async (
    source: FileSource,
    role: string,
    { missionId }: CheckedDispatch,
  ): Promise<StagingId> =>
    stage(await files.open(source), role, {
      connection,
      missionId,
      scopes: DISPATCH,
      signal: reading.signal,
    });
  try {
    const entries = await fanOut(all, async (checked, _signal, index): Promise<Entry | undefined> => {
      const own: StagedFile[] = [];
      try {
        for (const { role, source } of checked.files) {
          const known = uploads.get(source) ?? upload(source, role, checked);
          uploads.set(source, known);
          own.push({ role, staging_id: await known });
        }
      } catch (error) {
        if (reading.signal.aborted) throw error;
        return void refuse(index, ours(error));
      }
      const body = checked.toBody(lane, own);
      return { index, checked, text: `{"mission_id":"${checked.missionId}",${body.slice(1)}` };
    }, { concurrency: UPLOADS, signal });
    return entries.filter((entry) => entry !== undefined);
  } finally {
    reading.abort(new AbortedError("the uploads are over"));
    await files[Symbol.asyncDispose]();
    reading.release();
  }
}

/** Splits the entries into requests within the limits of count and length. */
function* chunks(entries: readonly Entry[]): Generator<readonly Entry[], void, void> {
  let chunk: Entry[] = [];
  let units = 0;
  for (const entry of entries) {
    if (chunk.length === BATCH_MAX || (chunk.length > 0 && units + entry.text.length > REQUEST_UNITS)) {
      yield chunk;
      chunk = [];
      units = 0;
    }
    chunk.push(entry);
    units += entry.text.length;
  }
  if (chunk.length > 0) yield chunk;
}

/** The dugdale's answer about one mission. @throws {LettsError} When it was not accepted. */
function accepted(
  item: BatchItem | undefined,
  { missionId, features }: CheckedDispatch,
  connection: Connection,
): Pick<DispatchedRef, "missionId" | "status" | "deduplicated"> {
  const { host } = connection;
  if (item?.ok === true && item.status !== undefined) {
    assertFeaturesUsed(connection, features, { ...item, status: item.status });
    const { mission_id: missionId, status, deduplicated } = item;
    return { missionId, status, ...(deduplicated ? { deduplicated } : {}) };
  }
  const { error = "internal", message, details } = item ?? {};
  const problem: ProblemBody = { error, message: message ?? "the answer does not name the mission", details };
  throw toProblemError(problem, isProblemCode(error) ? PROBLEMS[error].status : 500, { host, missionId });
}

/** Anything else is a bug, which a batch must not hide. */
function ours(error: unknown): LettsError {
  if (error instanceof LettsError) return error;
  throw error;
}
