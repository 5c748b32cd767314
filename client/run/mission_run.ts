/**
 * A launched mission whose end is awaited.
 *
 * @module
 */
import type { DoneEvent, MissionEvent } from "../../protocol/event.ts";
import type { JsonObject } from "../../protocol/json_value.ts";
import { LinkedAbort } from "../abort.ts";
import type { Connection } from "../http/connection.ts";
import type { StreamPolicy } from "./reconnect_budget.ts";
import { AbortedError, MissionFailedError, NetworkError } from "../errors.ts";
import { namingMission } from "./aborted_call.ts";
import { followEvents } from "./follow.ts";
import { toPath } from "../files/local_file.ts";
import { fetchLogs } from "./logs.ts";
import { saveOutputs } from "../files/outputs.ts";
import { readingScopes } from "../http/scopes.ts";
import type { DispatchedRef, Logs, RunHandle, RunResult, WaitOptions } from "../types.ts";

/** Parts of a run in addition to the mission. */
export interface MissionRunOptions extends WaitOptions {
  readonly connection: Connection;
  readonly policy: StreamPolicy;
  readonly signal?: AbortSignal | undefined;
  /** Called when following fails. */
  readonly onFailure: (error: unknown) => void;
}

/** {@linkcode RunHandle} of an accepted mission. Its wait starts when it is created. */
export class MissionRun<R = JsonObject> implements RunHandle<R> {
  readonly ref: DispatchedRef;
  readonly #options: MissionRunOptions;
  readonly #abort: LinkedAbort;
  readonly #startedMs = performance.now();
  #result: Promise<RunResult<R>> | undefined;
  #done: DoneEvent | undefined;

  constructor(ref: DispatchedRef, options: MissionRunOptions) {
    this.ref = ref;
    this.#options = options;
    this.#abort = new LinkedAbort(options.signal);
  }

  get result(): Promise<RunResult<R>> {
    if (this.#result === undefined) {
      this.#result = this.#wait().catch((error) => {
        throw namingMission(error, this.#options.signal, this.ref);
      });
      // Readers of the promise get its failure; without a reader it must not end the process as an unhandled rejection.
      this.#result.catch(() => {});
    }
    return this.#result;
  }

  async *events(): AsyncGenerator<MissionEvent, void, void> {
    try {
      for await (const event of this.#follow()) {
        if (event.event === "done") this.#done = event;
        yield event;
      }
    } catch (error) {
      throw namingMission(error, this.#options.signal, this.ref);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { host, missionId } = this.ref;
    this.#abort.abort(new AbortedError("the handle was released", { host, missionId }));
    await this.#result?.catch(() => {}); // reported to those who await it
    this.#abort.release();
  }

  #follow(): AsyncGenerator<MissionEvent, void, void> {
    const { connection, policy, waitMs } = this.#options;
    const { missionId, kind } = this.ref;
    const followed = {
      connection,
      policy,
      missionId,
      scopes: readingScopes(kind),
      sinceMs: this.#startedMs,
      answered: true,
    };
    return followEvents(followed, { waitMs, signal: this.#abort.signal });
  }

  async #wait(): Promise<RunResult<R>> {
    const { connection, policy, throwOnFailure = true, outputsTo, logs, onEvent, onFailure } = this.#options;
    const { missionId, kind } = this.ref;
    const { signal } = this.#abort;
    let result: RunResult<R>;
    try {
      const done = this.#done ?? await this.#awaitDone(onEvent);
      result = toRunResult<R>(
        this.ref,
        done,
        logs ? await fetchLogs(connection, missionId, readingScopes(kind), signal) : undefined,
      );
    } catch (error) {
      onFailure(error);
      throw error;
    }
    if (outputsTo !== undefined && result.success) {
      const owner = { missionId, outputs: result.outputFiles };
      await saveOutputs({ connection, policy }, owner, toPath(outputsTo), signal);
    }
    if (throwOnFailure && !result.success) throw new MissionFailedError(result);
    return result;
  }

  async #awaitDone(onEvent: ((event: MissionEvent) => void) | undefined): Promise<DoneEvent> {
    for await (const event of this.#follow()) {
      onEvent?.(event);
      if (event.event === "done") return event;
    }
    const { host, missionId } = this.ref;
    throw new NetworkError(
      "event stream ended before the mission was done",
      { host, missionId },
      "bad_reply",
    );
  }
}

/** The result reported by a `done` event. */
export function toRunResult<R>(
  ref: Pick<DispatchedRef, "host" | "missionId" | "kind">,
  done: DoneEvent,
  logs: Logs | undefined,
): RunResult<R> {
  return {
    host: ref.host,
    missionId: ref.missionId,
    kind: ref.kind,
    outcome: done.outcome,
    success: done.outcome === "success",
    // The caller declares the type of the return value; a typed mission validates it.
    return: (done.return ?? undefined) as R | undefined,
    failReason: done.fail_reason,
    failMessage: done.fail_message,
    failDetails: done.fail_details ?? undefined,
    exitCode: done.exit_code,
    signal: done.signal,
    durationMs: done.duration_ms ?? 0,
    outputFiles: done.outputs ?? {},
    logs,
  };
}
