/**
 * Decides when an idle event stream is closed.
 *
 * @module
 */
import type { MissionRecord } from "../../protocol/mission.ts";
import type { LinkedAbort } from "../abort.ts";
import { NotFoundError } from "../errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";

/** Why an idle stream was closed: the mission is done, or its dugdale is unreachable. */
export class IdleStreamError extends Error {
  override readonly name = "IdleStreamError";
}

/** Fetches the mission's record. */
export type AskForMission = (signal: AbortSignal) => Promise<MissionRecord>;

/**
 * Watches one connection. Quiet missions are normal, so silence alone ends nothing: the record is fetched, and the
 * connection is closed only if the mission is done or gone, or its dugdale unreachable.
 */
export class IdleWatchdog {
  readonly #abort: LinkedAbort;
  readonly #silenceMs: number;
  readonly #ask: AskForMission;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: { readonly stop: AbortController; readonly over: Promise<void> } | undefined;

  /** @param abort Ends the connection. */
  constructor(abort: LinkedAbort, silenceMs: number, ask: AskForMission) {
    this.#abort = abort;
    this.#silenceMs = silenceMs;
    this.#ask = ask;
  }

  /** Restarts the timer. */
  start(): void {
    clearTimeout(this.#timer);
    if (this.#silenceMs === Infinity) return;
    this.#timer = setTimeout(() => this.#check(), this.#silenceMs);
  }

  /** Stops the timer and a check in progress, and resolves when both have ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const asking = this.#asking;
    if (asking === undefined) return;
    asking.stop.abort();
    await asking.over;
  }

  #check(): void {
    const stop = new AbortController();
    const over = this.#judge(stop.signal).finally(() => this.#asking = undefined);
    this.#asking = { stop, over };
  }

  async #judge(stopped: AbortSignal): Promise<void> {
    try {
      const { status } = await this.#ask(stopped);
      if (stopped.aborted) return;
      if (status === "done") this.#abort.abort(new IdleStreamError("no event although the mission is done"));
      else this.start();
    } catch (error) {
      if (stopped.aborted) return;
      if (error instanceof NotFoundError) this.#abort.abort(error);
      else if (isUnreachable(error)) {
        this.#abort.abort(new IdleStreamError("no event and the dugdale is unreachable"));
      } else this.start(); // the request was refused, which says nothing about the stream
    }
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof LettsError && (error.code === "network" || error.code === "timeout");
}
