/**
 * The lanes of a fake dugdale, and the configuration that they come from.
 *
 * @module
 */
import {
  type ApplyOptions,
  assertInactive,
  desiredState,
  difference,
  NOTHING_APPLIED,
  orNull,
} from "../dugdale/engine/desired_state.ts";
import { ProblemError } from "../dugdale/problem_error.ts";
import type { ApplyBody, ApplyReply, LaneSettings, StateReply } from "../protocol/lane.ts";

/** A lane for which nothing was applied takes and starts everything. */
const FREE: LaneSettings = { concurrency: Infinity };

/** The lanes of a fake dugdale. Until a configuration is applied every lane is there. */
export class FakeLanes {
  #state = NOTHING_APPLIED;
  #appliedMs: number | null = null;

  /** When a configuration was applied, in Unix milliseconds. */
  get appliedMs(): number | null {
    return this.#appliedMs;
  }

  /** The lanes that were applied. */
  get all(): Readonly<Record<string, LaneSettings>> {
    return this.#state.lanes ?? {};
  }

  /** A lane; undefined when it was not applied although others were. */
  find(name: string): LaneSettings | undefined {
    if (this.#appliedMs === null) return FREE;
    return Object.hasOwn(this.all, name) ? this.all[name] : undefined;
  }

  /** @throws {ProblemError} `no_lanes_configured` or `unknown_lane`, when it takes no missions. */
  need(name: string): void {
    if (this.find(name) !== undefined) return;
    const code = Object.keys(this.all).length === 0 ? "no_lanes_configured" : "unknown_lane";
    throw new ProblemError(code, `there is no lane "${name}"`);
  }

  /**
   * Makes the given state the applied one.
   *
   * @param busy Lanes with queued or running missions.
   * @throws {ProblemError} `conflict` when they are in the way.
   */
  apply(body: ApplyBody, busy: ReadonlySet<string>, options: ApplyOptions): ApplyReply {
    const before = this.#state;
    const after = desiredState(before, body, options.prune || options.forcePrune);
    const diff = difference(before, after);
    assertInactive(diff, busy, options);
    this.#state = after;
    this.#appliedMs = Date.now();
    const resized = Object.keys(after.lanes ?? {}).filter((name) => {
      const was = before.lanes?.[name];
      return was !== undefined && was.concurrency !== after.lanes?.[name]?.concurrency;
    });
    return { diff, started: diff.LanesAdded, stopped: diff.LanesRemoved, resized: orNull(resized) };
  }

  /** Pauses a lane, or continues it. @throws {ProblemError} `lane_not_found` */
  pause(name: string, paused: boolean): void {
    const lane = this.#appliedMs === null ? undefined : this.find(name);
    if (lane === undefined) throw new ProblemError("lane_not_found", `there is no lane "${name}"`);
    const { concurrency } = lane;
    const changed: LaneSettings = paused ? { concurrency, paused, paused_by: "ctl" } : { concurrency };
    this.#state = { ...this.#state, lanes: { ...this.#state.lanes, [name]: changed } };
  }

  /** What was applied last. */
  state(): StateReply | { readonly applied_at: null; readonly lanes: readonly never[] } {
    return this.#appliedMs === null
      ? { applied_at: null, lanes: [] }
      : { applied_at: this.#appliedMs, source: "", state: this.#state };
  }
}
