/**
 * The missions of a fake dugdale: taking, running, killing, repeating them.
 *
 * @module
 */
import type { ApplyOptions } from "../dugdale/engine/desired_state.ts";
import type { DispatchRequest } from "../dugdale/engine/dispatch.ts";
import type { ExecRequest } from "../dugdale/engine/exec_dispatch.ts";
import { execFingerprint, missionFingerprint } from "../dugdale/engine/fingerprint.ts";
import { ProblemError } from "../dugdale/problem_error.ts";
import type { ApplyBody, ApplyReply } from "../protocol/lane.ts";
import type { InputFile, MissionStatus, OutputFile } from "../protocol/mission.ts";
import { FakeLanes } from "./fake_lanes.ts";
import { FakeEnd, FakeMission, type FakeOrder } from "./fake_mission.ts";
import type { FakeStaging } from "./fake_staging.ts";
import { type FakeScript, runScript } from "./scripts.ts";

/** A mission that was taken, now or by an equal dispatch before. */
export interface Taken {
  readonly mission: FakeMission;
  readonly repeated: boolean;
}

/** The missions of a fake dugdale. Each runs as soon as its lane has room. */
export class FakeMissions {
  readonly scripts: Map<string, FakeScript> = new Map();
  /** Runs what no script is for. */
  fallback: FakeScript = ({ mission }) => {
    throw new RangeError(`the fake dugdale has no script for "${mission}"`);
  };
  readonly lanes: FakeLanes = new FakeLanes();
  readonly #all = new Map<string, FakeMission>();
  readonly #staging: FakeStaging;
  readonly #newId: () => string;

  constructor(staging: FakeStaging, newId: () => string) {
    this.#staging = staging;
    this.#newId = newId;
  }

  /** All that were taken, in that order. */
  get all(): readonly FakeMission[] {
    return [...this.#all.values()];
  }

  /** A mission, whatever its status. */
  find(id: string): FakeMission | undefined {
    return this.#all.get(id);
  }

  /** A mission that is there, or is being removed. @throws {ProblemError} `not_found` */
  need(id: string): FakeMission {
    const found = this.#all.get(id);
    if (found === undefined) throw new ProblemError("not_found", `there is no mission ${id}`);
    return found;
  }

  /** Takes a mission, or finds the one that a repeat means. */
  dispatch(request: Omit<DispatchRequest, "traceparent">): Taken {
    const { missionId, mission, lane, timeoutMs } = request;
    const known = this.#all.get(missionId);
    const missing = request.files.find(({ stagingId }) => this.#staging.find(stagingId) === undefined);
    // The files of an old mission may be gone by now; its repeat is still a repeat.
    if (missing !== undefined && known !== undefined) return repeat(known, { mission_id: missionId });
    const inputs = this.#inputs(request.files);
    const roles = request.files.map(({ role }) => role);
    const role = roles.find((name, index) => roles.indexOf(name) !== index);
    if (role !== undefined) {
      throw new ProblemError("duplicate_role", `"${role}" twice`, { details: { role } });
    }
    const fingerprint = missionFingerprint({ ...request, files: inputs });
    if (known !== undefined) {
      const existing = { mission_id: missionId, mission: known.order.mission };
      return repeatEqual(known, fingerprint, existing, { mission_id: missionId });
    }
    this.lanes.need(lane);
    const input = JSON.parse(request.input);
    const order = { missionId, kind: "mission", mission, lane, input, command: [], inputs } as const;
    return this.#take({ ...order, timeoutMs: timeoutMs ?? undefined, fingerprint });
  }

  /** Takes a command, or finds the one that a repeat means. */
  exec(request: Omit<ExecRequest, "traceparent">): Taken {
    const { execId, lane, command, timeoutMs, stdinStagingId } = request;
    const script = request.script === null ? undefined : this.#staged(request.script);
    const keyed = this.#inputs(request.in.map(({ key, stagingId }) => ({ role: key, stagingId })));
    const stdin = stdinStagingId === null ? [] : [{ role: "__stdin__", ...this.#staged(stdinStagingId) }];
    const fingerprint = execFingerprint({ ...request, script: script ?? null, in: keyed });
    const known = this.#all.get(execId);
    if (known !== undefined) {
      return repeatEqual(known, fingerprint, { exec_id: execId }, { exec_id: execId });
    }
    this.lanes.need(lane);
    return this.#take({
      missionId: execId,
      kind: "exec",
      mission: "exec",
      lane,
      // What was left out is left out, not undefined.
      input: JSON.parse(JSON.stringify(request.body)),
      command,
      inputs: byRole([...keyed, ...stdin]),
      script,
      out: request.out,
      timeoutMs: timeoutMs ?? undefined,
      displayName: request.displayName ?? undefined,
      groupId: request.groupId ?? undefined,
      fingerprint,
    });
  }

  /** Ends a mission from outside. */
  kill(
    mission: FakeMission,
    reason: "killed_by_api" | "force_delete" | "lane_removed" = "killed_by_api",
  ): "killed" | "kill_sent" {
    const { status } = mission;
    if (status === "done") throw new ProblemError("mission_done", "the mission is done already");
    if (status === "deleting") throw new ProblemError("mission_deleting", "");
    const signal = status === "running" ? { exitCode: -1, signal: "TERM" } : { exitCode: 0 };
    const message = reason === "lane_removed"
      ? `ended because lane "${mission.order.lane}" was removed`
      : "ended on request";
    mission.killed.abort();
    mission.end(new FakeEnd({ outcome: "killed", reason, message, ...signal }));
    return status === "queued" ? "killed" : "kill_sent";
  }

  /** Takes an ended mission again. */
  restart({ order, status }: FakeMission): FakeMission {
    if (status === "deleting") throw new ProblemError("mission_deleting", "");
    if (status !== "done") {
      throw new ProblemError("mission_not_done", `the mission is ${status}`, { details: { status } });
    }
    if (this.lanes.find(order.lane) === undefined) {
      throw new ProblemError("unknown_lane", "the lane is gone", { details: { lane: order.lane } });
    }
    const files = [...order.inputs, ...(order.script ? [{ role: "", ...order.script }] : [])];
    const gone = files.find(({ staging_id }) => this.#staging.find(staging_id) === undefined);
    if (gone !== undefined) {
      const details = { staging_id: gone.staging_id, role: gone.role };
      throw new ProblemError("input_artifacts_expired", `input "${gone.role}" is gone`, { details });
    }
    return this.#take({ ...order, missionId: this.#newId(), restartedFrom: order.missionId }).mission;
  }

  /** Removes a mission. */
  delete(mission: FakeMission, force: boolean): void {
    if (mission.status === "running") {
      if (!force) {
        const details = { hint: "add ?force=true to end and delete it" };
        throw new ProblemError("mission_running", "the mission is running", { details });
      }
      this.kill(mission, "force_delete");
    }
    mission.delete();
  }

  /** Removes a file. With force the missions that use it go with it. */
  deleteFile(stagingId: string, force: boolean): void {
    const users = this.#staging.isDeleting(stagingId)
      ? []
      : this.all.filter((mission) =>
        mission.status !== "deleting" && filesOf(mission).some(({ staging_id }) => staging_id === stagingId)
      );
    if (users.length > 0 && !force) {
      const details = { missions: users.map(({ order }) => order.missionId) };
      throw new ProblemError("staging_in_use", `missions use ${stagingId}`, { details });
    }
    this.#staging.delete(stagingId);
    for (const mission of users) this.delete(mission, true);
  }

  /** Makes the given state the applied one; missions of lanes that go away are killed. */
  apply(body: ApplyBody, options: ApplyOptions): ApplyReply {
    const unfinished = this.all.filter(({ status }) => status === "queued" || status === "running");
    const reply = this.lanes.apply(body, new Set(unfinished.map(({ order }) => order.lane)), options);
    for (const mission of unfinished) {
      if (this.lanes.find(mission.order.lane) === undefined) this.kill(mission, "lane_removed");
      else this.#pick(mission.order.lane);
    }
    return reply;
  }

  /** Pauses a lane, or continues it with all that waits there. */
  pause(name: string, paused: boolean): void {
    this.lanes.pause(name, paused);
    this.#pick(name);
  }

  #take(order: FakeOrder): Taken {
    const mission = new FakeMission(order);
    this.#all.set(order.missionId, mission);
    void mission.ended.then(() => this.#pick(order.lane));
    // Later than the answer to the dispatch, as with a real one.
    queueMicrotask(() => this.#pick(order.lane));
    return { mission, repeated: false };
  }

  /** Starts what waits in a lane, as much as there is room for. */
  #pick(lane: string): void {
    const { concurrency, paused } = this.lanes.find(lane) ?? { concurrency: 0 };
    const inLane = (status: MissionStatus) =>
      this.all.filter((mission) => mission.order.lane === lane && mission.status === status);
    const room = paused ? 0 : Math.max(0, concurrency - inLane("running").length);
    for (const mission of inLane("queued").slice(0, room)) {
      const script = this.scripts.get(mission.order.mission) ?? this.fallback;
      void runScript(mission, script, this.#staging, this.#newId);
    }
  }

  #inputs(files: readonly { readonly role: string; readonly stagingId: string }[]): InputFile[] {
    return byRole(files.map(({ role, stagingId }) => ({ role, ...this.#staged(stagingId) })));
  }

  #staged(id: string): OutputFile {
    const found = this.#staging.find(id);
    if (found !== undefined) return found;
    throw new ProblemError("unknown_staging_ref", `there is no complete file ${id}`, {
      details: { staging_id: id },
    });
  }
}

/** All files of a mission. */
function filesOf({ order, done }: FakeMission): readonly OutputFile[] {
  return [...order.inputs, ...(order.script ? [order.script] : []), ...Object.values(done?.outputs ?? {})];
}

function byRole(files: InputFile[]): InputFile[] {
  return files.sort((a, b) => a.role < b.role ? -1 : a.role > b.role ? 1 : 0);
}

type Id = { readonly mission_id: string; readonly mission?: string } | { readonly exec_id: string };

function repeatEqual(known: FakeMission, fingerprint: string, existing: Id, id: Id): Taken {
  const { order: { kind, lane }, status } = known;
  if (known.order.fingerprint === fingerprint) return repeat(known, id);
  throw new ProblemError("idempotency_conflict", "the id is taken by another dispatch", {
    details: { existing: { ...existing, kind, lane, status } },
  });
}

function repeat(known: FakeMission, details: Id): Taken {
  if (known.status !== "deleting") return { mission: known, repeated: true };
  throw new ProblemError("mission_deleting", "the mission is being deleted", { status: 410, details });
}
