import type { KillReply, RestartReply, RunNowReply } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import type { Clock } from "../host/clock.ts";
import { ProblemError } from "../problem_error.ts";
import { sha256 } from "./fingerprint.ts";
import { enqueuedFields, type MissionRow, type QueuedMission } from "../store/mission_row.ts";
import type { Engine, LiveRun } from "./engine.ts";
import type { Enqueuer } from "./enqueue.ts";
import type { EngineParts } from "./parts.ts";

/** Maximum time that a forced delete waits for the end of a mission. */
const FORCE_WAIT_MS = 30_000;

/** Adds to the transaction of an action, such as its audit record. @param facts Details that the action has found out. */
export type Within = (facts?: Readonly<Record<string, unknown>>) => void;

/** Actions on missions: kill, restart, delete. Each throws {@linkcode ProblemError} in the documented order. */
export class MissionActions {
  readonly #parts: EngineParts;
  readonly #engine: Engine;
  readonly #enqueuer: Enqueuer;

  constructor(parts: EngineParts, engine: Engine, enqueuer: Enqueuer) {
    this.#parts = parts;
    this.#engine = engine;
    this.#enqueuer = enqueuer;
  }

  /**
   * Ends a mission: at once while it is queued, with the kill ladder while it runs.
   *
   * @param within Called in the transaction that ends a queued one.
   */
  async kill(row: MissionRow, within?: Within): Promise<KillReply> {
    if (row.status === "queued") return await this.#killQueued(row, within);
    if (row.status !== "running") throw ended(row.mission_id, row.status);
    if (this.#engine.kill(row.mission_id, "killed_by_api") !== undefined) return { status: "kill_sent" };
    const now = this.#parts.store.missions.find(row.mission_id);
    // It got no process, and is queued again.
    if (now?.status === "queued") return await this.#killQueued(now, within);
    if (now?.status === "done" || now?.status === "deleting") throw ended(row.mission_id, now.status);
    const ending = this.#engine.find(row.mission_id);
    if (ending !== undefined) {
      // Its process has ended and its end is being recorded: only another attempt can still be prevented.
      ending.endsHere = true;
      return { status: "kill_sent" };
    }
    throw new ProblemError("internal", `mission ${row.mission_id} cannot be reached`);
  }

  /**
   * Lets a mission that waits for a time wait no longer. One that waits for its lane, or runs, is left as it is.
   *
   * @param within Called in the transaction that makes it due.
   */
  async runNow(row: MissionRow, within?: Within): Promise<RunNowReply> {
    const { store } = this.#parts;
    const { lanes } = this.#engine;
    if (row.status === "queued") {
      await lanes.write(lanes.find(row.lane), (turn) => {
        turn.makeDue(row);
        within?.();
      });
    }
    const now = store.missions.find(row.mission_id);
    if (now?.status === "queued" || now?.status === "running") return { status: now.status };
    throw ended(row.mission_id, now?.status ?? "deleting");
  }

  /**
   * Queues a finished mission again, with the same files and runtime, under a new id.
   *
   * @param input Canonical JSON. Default: that of the mission.
   * @param within Called in the transaction that queues the new one.
   */
  async restart(
    row: MissionRow,
    { input, within }: { readonly input?: string | undefined; readonly within?: Within | undefined } = {},
  ): Promise<RestartReply> {
    const { store, ids } = this.#parts;
    const { mission_id, status } = row;
    if (status === "deleting") throw new ProblemError("mission_deleting", "");
    if (status !== "done") {
      throw new ProblemError("mission_not_done", `mission ${mission_id} is ${status}, not done`, {
        details: { status },
      });
    }
    const missionId = ids.mission();
    await this.#enqueuer.enqueue({
      ...enqueuedFields(row),
      ...(input === undefined ? {} : { input }),
      missionId,
      restartedFrom: mission_id,
      exempt: true,
      key: null,
      runtime: row.runtime,
      traceparent: row.traceparent,
      class: row.class,
      plan: store.missions.plan(row.id) ?? null,
      files: store.missions.files(row.id).flatMap(({ staging_id: stagingId, ref_kind: kind, role }) =>
        kind === "output" ? [] : [{ stagingId, kind, role }]
      ),
      entered: within && (() => within({ new_mission_id: missionId })),
      precondition: () => {
        // A sweep may have removed it since it was looked up.
        if (store.missions.find(mission_id)?.status !== "done") {
          throw new ProblemError("mission_deleting", "");
        }
      },
      missingFile: ({ stagingId, role }) =>
        new ProblemError("input_artifacts_expired", `input "${role}" of mission ${mission_id} is gone`, {
          details: { staging_id: stagingId, role },
        }),
      // A restart is not idempotent: its id is created here.
      fingerprint: () =>
        input === undefined ? row.input_fingerprint : sha256(`${row.input_fingerprint}\n${input}`),
    });
    return { mission_id: missionId, restarted_from: mission_id, status: "queued" };
  }

  /**
   * Hides a mission until the next sweep removes it. A running one is ended first, if that is wanted.
   *
   * @param gone Aborts when the caller has disconnected, which ends the wait.
   * @param within Called in the transaction that hides it.
   */
  async delete(row: MissionRow, force: boolean, gone: () => AbortSignal, within?: Within): Promise<void> {
    const { store, transitions } = this.#parts;
    // A queued mission may be picked up before this transaction: then its status is checked again.
    for (
      let now: MissionRow | undefined = row;
      now !== undefined;
      now = store.missions.find(row.mission_id)
    ) {
      if (now.status === "deleting") return;
      if (now.status === "running") {
        if (!force) throw running(row.mission_id);
        await this.endForDelete(row.mission_id, gone);
      }
      const hidden = await transitions.write(() => {
        const hidden = transitions.hide(row.id);
        if (hidden) within?.();
        return hidden;
      });
      if (hidden) return;
    }
  }

  /** As {@linkcode endForDelete}, for several missions in parallel. */
  async endAllForDelete(ids: readonly MissionId[], gone: () => AbortSignal): Promise<void> {
    await Promise.all(ids.map((id) => this.endForDelete(id, gone)));
  }

  /** Ends a running mission that is to be deleted, and waits until its row is done. */
  async endForDelete(id: MissionId, gone: () => AbortSignal): Promise<void> {
    const run = this.#engine.kill(id, "force_delete") ?? this.#engine.find(id);
    if (run === undefined) {
      if (this.#parts.store.missions.find(id)?.status !== "running") return;
      throw new ProblemError("internal", `mission ${id} cannot be reached`);
    }
    await ended30s(run, this.#parts.clock, gone());
  }

  async #killQueued(row: QueuedMission, within?: Within): Promise<KillReply> {
    const { transitions, clock } = this.#parts;
    const done = await transitions.write(() => {
      const done = transitions.killQueued(row, "killed_by_api", clock.wallMs());
      if (done !== undefined) within?.();
      return done;
    });
    if (done === undefined) {
      throw new ProblemError(
        "mission_state_changed",
        `mission ${row.mission_id} has just left the queue; try again`,
      );
    }
    return { status: "killed" };
  }
}

function running(id: MissionId): ProblemError {
  return new ProblemError("mission_running", `mission ${id} is running`, {
    details: { hint: "add ?force=true to end and delete it" },
  });
}

function ended(id: MissionId, status: string): ProblemError {
  if (status === "deleting") return new ProblemError("mission_deleting", "");
  return new ProblemError("mission_done", `mission ${id} is done already`);
}

async function ended30s(run: LiveRun, clock: Clock, signal: AbortSignal): Promise<void> {
  const wait = Promise.withResolvers<void>();
  using _tooLong = clock.after(FORCE_WAIT_MS, () => wait.reject(notInTime(run)));
  const leave = (): void => wait.reject(new ProblemError("client_closed", ""));
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave);
  try {
    await Promise.race([run.ended, wait.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function notInTime(run: LiveRun): ProblemError {
  return new ProblemError("force_delete_timeout", `mission ${run.row.mission_id} has not ended within 30s`);
}
