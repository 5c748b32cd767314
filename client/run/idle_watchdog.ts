/**
 * What to make of a stream that says nothing for long.
 *
 * @module
 */
import type { MissionRecord } from "../../protocol/mission.ts";
import type { LinkedAbort } from "../abort.ts";
import { NotFoundError } from "../errors.ts";
import { LettsError } from "../../protocol/letts_error.ts";

/** Why a silent stream was left: the mission has moved on, or its dugdale cannot be reached. */
export class SilentStreamError extends Error {
  override readonly name = "SilentStreamError";
}

/** Asks for the mission itself. */
export type AskForMission = (signal: AbortSignal) => Promise<MissionRecord>;

/**
 * Watches over one connection. Quiet missions are normal, so silence alone ends nothing: the mission is asked for,
 * and only when it is over, gone or out of reach is the connection given up.
 */
export class SilenceWatch {
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

  /** From here on it is silent. */
  listen(): void {
    clearTimeout(this.#timer);
    if (this.#silenceMs === Infinity) return;
    this.#timer = setTimeout(() => this.#check(), this.#silenceMs);
  }

  /** Somebody spoke, or nobody listens any more. Resolves when nothing of the watch is left. */
  async rest(): Promise<void> {
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
      if (status === "done") this.#abort.abort(new SilentStreamError("silent although the mission is done"));
      else this.listen();
    } catch (error) {
      if (stopped.aborted) return;
      if (error instanceof NotFoundError) this.#abort.abort(error);
      else if (isUnreachable(error)) this.#abort.abort(new SilentStreamError("silent and out of reach"));
      else this.listen(); // the question was refused, which tells nothing about the stream
    }
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof LettsError && (error.code === "network" || error.code === "timeout");
}
