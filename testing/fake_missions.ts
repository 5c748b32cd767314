/**
 * The missions of a fake dugdale: taking, running, killing, repeating them.
 *
 * @module
 */
import type { ApplyBody, LaneRecord } from "../protocol/lane.ts";
import type { DispatchBody } from "../protocol/mission.ts";
import type { ExecBody } from "../protocol/exec.ts";
import type { ProblemCode } from "../protocol/problem.ts";
import { FakeEnd, FakeMission, type FakeOrder } from "./fake_mission.ts";
import type { FakeStaging } from "./fake_staging.ts";
import { type FakeScript, runScript } from "./scripts.ts";

/** A refusal that becomes an answer. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly code: ProblemCode;
  readonly status: number | undefined;

  constructor(code: ProblemCode, status?: number) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

/** The missions of a fake dugdale. Each runs as soon as its lane is not paused. */
export class FakeMissions {
  readonly scripts: Map<string, FakeScript> = new Map();
  /** Runs what no script is for. */
  fallback: FakeScript = ({ mission }) => {
    throw new RangeError(`the fake dugdale has no script for "${mission}"`);
  };
  readonly #all = new Map<string, { readonly mission: FakeMission; readonly body: string }>();
  readonly #lanes = new Map<string, { concurrency: number; paused: boolean }>();
  readonly #staging: FakeStaging;
  readonly #newId: () => string;

  constructor(staging: FakeStaging, newId: () => string) {
    this.#staging = staging;
    this.#newId = newId;
  }

  /** All that were taken, in that order. */
  get all(): readonly FakeMission[] {
    return [...this.#all.values()].map(({ mission }) => mission);
  }

  /** Takes a mission, or finds the one that a repeat means. */
  dispatch(missionId: string, text: string): { readonly mission: FakeMission; readonly repeated: boolean } {
    const { mission, lane, input = null, files = [] } = JSON.parse(text) as DispatchBody;
    const inputs = files.map(({ role, staging_id }) => ({ role, ...this.#staged(staging_id) }));
    return this.#take({ missionId, kind: "mission", mission, lane, input, command: [], inputs }, text);
  }

  /** Takes a command, or finds the one that a repeat means. */
  exec(missionId: string, text: string): { readonly mission: FakeMission; readonly repeated: boolean } {
    const body = JSON.parse(text) as ExecBody;
    const inputs = (body.in ?? []).map(({ key, staging_id }) => ({ role: key, ...this.#staged(staging_id) }));
    if (body.stdin_staging_id !== undefined) {
      inputs.push({ role: "__stdin__", ...this.#staged(body.stdin_staging_id) });
    }
    const { command, lane } = body;
    return this.#take(
      { missionId, kind: "exec", mission: "exec", lane, input: { command }, command, inputs },
      text,
    );
  }

  /** A mission that is there. @throws {Refused} When it is not; `gone` is the status of one that was removed. */
  need(id: string, gone: number = 404): FakeMission {
    const found = this.#all.get(id)?.mission;
    if (found === undefined) throw new Refused("not_found");
    if (found.status !== "deleting") return found;
    throw gone === 410 ? new Refused("mission_deleting", 410) : new Refused("not_found");
  }

  /** Ends a mission from outside. */
  kill(id: string): "killed" | "kill_sent" {
    const mission = this.need(id);
    const { status } = mission;
    if (status === "done") throw new Refused("mission_done");
    mission.killed.abort();
    mission.end(
      new FakeEnd({ outcome: "killed", exitCode: -1, signal: status === "queued" ? undefined : "TERM" }),
    );
    return status === "queued" ? "killed" : "kill_sent";
  }

  /** Takes an ended mission again. */
  restart(id: string): FakeMission {
    const { order, status } = this.need(id);
    if (status !== "done") throw new Refused("mission_not_done");
    return this.#take({ ...order, missionId: this.#newId(), restartedFrom: id }, "").mission;
  }

  /** Removes a mission. */
  delete(id: string, force: boolean): void {
    const mission = this.#all.get(id)?.mission;
    if (mission === undefined) throw new Refused("not_found");
    if (mission.status === "running") {
      if (!force) throw new Refused("mission_running");
      this.kill(id);
    }
    mission.delete();
  }

  /** What was applied last. */
  applied: ApplyBody = {};

  /** Sets the lanes. */
  apply(body: ApplyBody): void {
    this.applied = body;
    for (const [name, { concurrency, paused = false }] of Object.entries(body.lanes ?? {})) {
      this.#lanes.set(name, { concurrency, paused });
      if (!paused) this.pause(name, false);
    }
  }

  /** Pauses a lane, or continues it with all that waits there. */
  pause(name: string, paused: boolean): void {
    this.#lane(name).paused = paused;
    if (paused) return;
    for (const mission of this.all) {
      if (mission.order.lane === name && mission.status === "queued") this.#run(mission);
    }
  }

  /** The lanes that were applied or used. */
  lanes(): LaneRecord[] {
    return [...this.#lanes].map(([name, lane]) => {
      const count = (status: string) =>
        this.all.filter((mission) => mission.order.lane === name && mission.status === status).length;
      return { name, ...lane, queued: count("queued"), running: count("running") };
    });
  }

  #take(order: FakeOrder, body: string): { readonly mission: FakeMission; readonly repeated: boolean } {
    const known = this.#all.get(order.missionId);
    if (known !== undefined) {
      if (known.mission.status === "deleting") throw new Refused("mission_deleting", 410);
      if (known.body !== body) throw new Refused("idempotency_conflict");
      return { mission: known.mission, repeated: true };
    }
    const mission = new FakeMission(order);
    this.#all.set(order.missionId, { mission, body });
    if (!this.#lane(order.lane).paused) this.#run(mission);
    return { mission, repeated: false };
  }

  #run(mission: FakeMission): void {
    const { order: { mission: name } } = mission;
    // Later than the answer to the dispatch, as with a real one.
    queueMicrotask(() => {
      if (mission.status !== "queued") return;
      void runScript(mission, this.scripts.get(name) ?? this.fallback, this.#staging, this.#newId);
    });
  }

  #lane(name: string): { concurrency: number; paused: boolean } {
    const lane = this.#lanes.get(name) ?? { concurrency: 1, paused: false };
    this.#lanes.set(name, lane);
    return lane;
  }

  #staged(id: string) {
    const found = this.#staging.find(id);
    if (found === undefined) throw new Refused("unknown_staging_ref");
    return found;
  }
}
