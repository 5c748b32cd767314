import type { LaneOptions } from "../../protocol/lane_options.ts";
import type { Leftovers } from "../../protocol/mission.ts";
import type { Clock } from "../host/clock.ts";
import type { Child } from "../host/spawn.ts";

/** Why the daemon ends a process. */
export type KillReason = "timeout" | "killed_by_api" | "force_delete" | "lane_removed" | "dugdale_shutdown";

/** The option `leftovers` of a lane, if it is set. */
export type LeftoversRule = LaneOptions["leftovers"];

/** So many processes are told of those that a run leaves behind. */
const MAX_TOLD = 16;
/** A group cannot announce its end, and a poll goes through all processes of the machine. */
const FIRST_POLL_MS = 5, LAST_POLL_MS = 100;

/**
 * The way to end one run: the first reason given is final. It may come before the process exists; it then takes
 * effect as soon as there is one. SIGTERM goes to the whole group, and SIGKILL after the grace. A run is not over with
 * its process: what it made is collected, and that can be ended as well.
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

  /** Why the process was ended, if it was. */
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

  /** Asks for the end; false when the run is over already. A second request changes nothing. */
  kill(reason: KillReason): boolean {
    if (this.#closed) return false;
    if (this.#reason === undefined) {
      this.#reason = reason;
      this.#start();
      this.#abort?.abort(reason);
    }
    return true;
  }

  /** Hands over the process as soon as it exists. */
  attach(child: Child): void {
    this.#child = child;
    if (this.#reason !== undefined) this.#start();
  }

  /** Ends the run after that time, unless it is over by then. */
  endAfter(timeoutMs: number): void {
    this.#deadline = this.#clock.after(timeoutMs, () => this.kill("timeout"));
  }

  /** What the run has left behind, as far as it is known; undefined when that is nothing. */
  get leftovers(): Leftovers | undefined {
    return this.#leftovers;
  }

  /** To be called when the process has ended: ends what it has left, where that is wanted, as a kill would. */
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

  /** The process and its pipes are gone: its id may be that of another one by now, and gets no signal any more. */
  detach(): void {
    this.#child = undefined;
    this.#timer?.[Symbol.dispose]();
  }

  /**
   * Resolves once a group that is being ended is empty, or has got its SIGKILL: a descendant may ignore SIGTERM and
   * hold no pipe. At once when the run is not being ended.
   */
  async settled(): Promise<void> {
    for (
      let pollMs = FIRST_POLL_MS;
      this.#timer !== undefined && this.#child !== undefined && this.#child.groupAlive();
      pollMs = Math.min(pollMs * 2, LAST_POLL_MS)
    ) await this.#clock.sleep(pollMs);
  }

  /** The run is over: from now on nothing can end it. */
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
    // What it has left may be ending already.
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
