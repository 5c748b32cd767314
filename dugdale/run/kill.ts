import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { Leftovers } from "../../protocol/mission.ts";
import type { Clock } from "../host/clock.ts";
import type { Child } from "../host/spawn.ts";

/** Why the daemon kills a process. */
export type KillReason = "timeout" | "killed_by_api" | "force_delete" | "lane_removed" | "dugdale_shutdown";

/** The option `leftovers` of a lane, if it is set. */
export type LeftoversRule = LaneOptions["leftovers"];

/** So many processes are told of those that a run leaves behind. */
const MAX_TOLD = 16;
/** Polling interval: a group cannot announce its end, and a poll reads all processes of the machine. */
const FIRST_POLL_MS = 5, LAST_POLL_MS = 100;

/**
 * Ends one run: the first reason is final. It may come before the process exists; it then takes effect as soon as there
 * is one. SIGTERM is sent to the whole group, and SIGKILL after the grace period. A run does not end with its process:
 * its output is collected, which can also be ended.
 */
export class KillSwitch implements Disposable {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #onRefused: (error: unknown) => void;
  readonly #rule: LeftoversRule;
  #leftovers: Leftovers | undefined;
  /** Made when it is asked for: few runs need one, and it takes as long as a statement. */
  #abort: AbortController | undefined;
  #reason: KillReason | undefined;
  #child: Child | undefined;
  #timer: Disposable | undefined;
  #deadline: Disposable | undefined;
  #closed = false;

  /**
   * @param graceMs From SIGTERM to SIGKILL; 0 sends both at once.
   * @param onRefused Called when the system refuses a signal, because every process of the group belongs to another user.
   * Default: ignored.
   * @param leftovers What to do with the processes that a run leaves behind when it ends by itself. Default: they are
   * left alone, and those outside of its group are not looked for.
   */
  constructor(
    clock: Clock,
    graceMs: number,
    onRefused: (error: unknown) => void = () => {},
    leftovers?: LeftoversRule,
  ) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#onRefused = onRefused;
    this.#rule = leftovers;
  }

  /** Why the process was killed, if it was. */
  get reason(): KillReason | undefined {
    return this.#reason;
  }

  /** Aborts with the first reason. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#reason !== undefined) this.#abort.abort(this.#reason);
    }
    return this.#abort.signal;
  }

  /** Requests the end; false if the run is already over. A second request changes nothing. */
  kill(reason: KillReason): boolean {
    if (this.#closed) return false;
    if (this.#reason === undefined) {
      this.#reason = reason;
      this.#start();
      this.#abort?.abort(reason);
    }
    return true;
  }

  /** Passes the process as soon as it exists. */
  attach(child: Child): void {
    this.#child = child;
    if (this.#reason !== undefined) this.#start();
  }

  /** Ends the run after a timeout, unless it is over by then. */
  endAfter(timeoutMs: number): void {
    this.#deadline = this.#clock.after(timeoutMs, () => this.kill("timeout"));
  }

  /** What the run has left behind, as far as it is known; undefined when that is nothing. */
  get leftovers(): Leftovers | undefined {
    return this.#leftovers;
  }

  /** Call it when the process has ended: kills leftover processes, if configured. */
  async endLeftovers(): Promise<void> {
    if (this.#rule !== "kill" || this.#reason !== undefined || !this.#child?.groupAlive()) return;
    this.#note("killed");
    this.#start();
    await this.settled();
  }

  /** To be called at the end of the run: takes note of what goes on after it. */
  noteLeftovers(): void {
    // Nothing is left behind by a run that was ended.
    if (this.#rule !== "kill" && this.#reason === undefined) this.#note("left");
  }

  /** The process and its pipes are gone: its id may be reused, and gets no more signals. */
  detach(): void {
    this.#child = undefined;
    this.#timer?.[Symbol.dispose]();
  }

  /**
   * Resolves once a group that is being killed is empty, or has got its SIGKILL: a descendant may ignore SIGTERM and
   * hold no pipe. Resolves immediately if the run is not being killed.
   */
  async settled(): Promise<void> {
    for (
      let pollMs = FIRST_POLL_MS;
      this.#timer !== undefined && this.#child !== undefined && this.#child.groupAlive();
      pollMs = Math.min(pollMs * 2, LAST_POLL_MS)
    ) await this.#clock.sleep(pollMs);
  }

  /** The run is over: it can no longer be ended. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#deadline?.[Symbol.dispose]();
    this.detach();
  }

  #note(action: Leftovers["action"]): void {
    const processes = this.#child?.remaining(this.#rule !== undefined) ?? [];
    if (processes.length === 0) return;
    this.#leftovers = { action, count: processes.length, processes: processes.slice(0, MAX_TOLD) };
  }

  #start(): void {
    const child = this.#child;
    // Leftover processes may be ending already.
    if (child === undefined || this.#timer !== undefined) return;
    this.#send(child, "SIGTERM");
    if (this.#graceMs <= 0) this.#send(child, "SIGKILL");
    else {
      this.#timer = this.#clock.after(this.#graceMs, () => {
        this.#timer = undefined;
        this.#send(child, "SIGKILL");
      });
    }
  }

  #send(child: Child, signal: "SIGTERM" | "SIGKILL"): void {
    try {
      child.signal(signal);
    } catch (error) {
      this.#onRefused(error);
    }
  }
}
