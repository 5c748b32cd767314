import { quote } from "../../protocol/clip.ts";
import type { MissionKind, MissionStatus } from "../../protocol/mission.ts";
import type { MissionId } from "../../protocol/names.ts";
import { ProblemError } from "../problem_error.ts";
import { isDatabaseError, StoreError } from "../store/database_error.ts";
import {
  ENQUEUED_FIELDS,
  type MissionRow,
  type NewMission,
  type NewMissionFile,
} from "../store/mission_row.ts";
import type { StagingRow } from "../store/staging_row.ts";
import type { AppliedConfig } from "./applied.ts";
import type { Lanes, LaneTurn } from "./lanes.ts";
import type { EngineParts } from "./parts.ts";

/** Optional parts of a mission. */
type NullableName = {
  [Name in keyof NewMission]: null extends NewMission[Name] ? Name : never;
}[keyof NewMission];

/** A requested mission, before it is known whether it exists already. Omitted members are null. */
export interface MissionSpec
  extends
    Omit<NewMission, "createdMs" | "inputFingerprint" | "class" | "serial" | NullableName>,
    Partial<Pick<NewMission, "class" | "serial" | Exclude<NullableName, "runtime">>> {
  /** Row of `runtimes`; null for an exec. Default: the currently applied one. */
  readonly runtime?: number | null;
  /** Delay of the start after acceptance, instead of `runAtMs`. */
  readonly delayMs?: number | undefined;
  /** Whether the limits of inputs and queues are skipped: the mission only needs its lane. */
  readonly exempt?: boolean | undefined;
  /** Files that are not in view are missing, and missions that are not are not named. Default: all are in view. */
  readonly view?: View | undefined;
  /** Called in the transaction that adds a new mission. */
  readonly entered?: ((enqueued: Enqueued) => void) | undefined;
  /** Checked before everything else, in the same transaction. @throws {ProblemError} */
  readonly precondition?: () => void;
  /** The error for a file that is missing or incomplete. */
  readonly missingFile: (file: NewMissionFile) => ProblemError;
  /**
   * The digest that distinguishes a repeat from a different request.
   *
   * @param files In the order of the spec.
   * @throws {ProblemError} When the files do not match the request.
   */
  readonly fingerprint: (files: readonly StagingRow[]) => string;
}

/** What a caller may be told of. What it does not see is not there for it. */
export interface View {
  sees(mission: MissionRow): boolean;
  seesFile(file: StagingRow): boolean;
}

/** The mission of a spec, new or in its current state. */
export interface Enqueued {
  /** That of the spec, unless it was deduplicated. */
  readonly missionId: MissionId;
  /** Nothing was enqueued, because a mission with the same key exists: this one. */
  readonly deduplicated: boolean;
  /** Status at its acceptance: a new mission is `queued`, even if it is already running. */
  readonly status: MissionStatus;
  /** False for a repeat of an earlier request. */
  readonly created: boolean;
  readonly fingerprint: string;
  /** In the order of the spec; empty for a repeat if a file no longer exists. */
  readonly files: readonly StagingRow[];
}

/** A mission that is asked for, and what is told of it. */
interface Asked {
  readonly spec: MissionSpec;
  readonly resolve: (enqueued: Enqueued) => void;
  readonly reject: (error: unknown) => void;
}

/** Missions for one lane. */
type Group = [Asked, ...Asked[]];

const encoder = new TextEncoder();
const NULLABLE = ["traceparent", "runAtMs", "plan", ...ENQUEUED_FIELDS.map(({ name }) => name)];
/** Null for every optional part. */
const EMPTY = Object.fromEntries(NULLABLE.map((name) => [name, null])) as Pick<NewMission, NullableName>;

/** The single entry point: every source of work creates a {@linkcode MissionSpec} and calls it. */
export class Enqueuer {
  readonly #parts: EngineParts;
  readonly #lanes: Lanes;
  readonly #applied: AppliedConfig;
  /** The change of these missions has not begun yet. */
  #group: Group | undefined;

  constructor(parts: EngineParts, lanes: Lanes, applied: AppliedConfig) {
    this.#parts = parts;
    this.#lanes = lanes;
    this.#applied = applied;
  }

  /**
   * Enqueues a mission, or finds the one that an equal request has enqueued before. All checks and the insert are one
   * transaction, so that of many requests with one id exactly one creates a mission.
   *
   * @throws {ProblemError} In the documented order.
   */
  enqueue(spec: MissionSpec): Promise<Enqueued> {
    return new Promise((resolve, reject) => {
      const asked = { spec, resolve, reject };
      // Only the last group takes more, so that missions enter in the order in which they were asked for.
      if (this.#group?.[0].spec.lane === spec.lane) {
        this.#group.push(asked);
        this.#parts.store.join();
      } else this.#enterAll(this.#group = [asked]);
    });
  }

  /** Makes one change of missions for one lane: a change for each takes twice as long. */
  async #enterAll(group: Group): Promise<void> {
    try {
      const settled = await this.#lanes.write(this.#lanes.find(group[0].spec.lane), (turn) => {
        this.#close(group);
        return group.map((asked) => this.#tryEnter(asked, turn));
      });
      for (const settle of settled) settle();
    } catch (error) {
      this.#close(group);
      // A statement that fails undoes the whole change: the other missions are not to suffer from it.
      if (group.length > 1 && !(error instanceof StoreError)) {
        for (const asked of group) this.#enterAll([asked]);
      } else for (const { reject } of group) reject(error);
    }
  }

  /** Whether it is refused is found out before anything is written. */
  #tryEnter({ spec, resolve, reject }: Asked, turn: Pick<LaneTurn, "enter">): () => void {
    try {
      const enqueued = this.enter(spec, turn);
      return () => resolve(enqueued);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      return () => reject(error);
    }
  }

  #close(group: Group): void {
    if (this.#group === group) this.#group = undefined;
  }

  /** As {@linkcode enqueue}, within a change for the mission's lane. */
  enter(spec: MissionSpec, turn: Pick<LaneTurn, "enter">): Enqueued {
    const { store, clock } = this.#parts;
    const { precondition, missingFile, fingerprint: digest, delayMs, view } = spec;
    precondition?.();
    const existing = lookUp(spec.kind, () => store.missions.find(spec.missionId));
    const files: StagingRow[] = [];
    for (const file of spec.files) {
      const row = lookUp(spec.kind, () => store.staging.find(file.stagingId));
      if (row?.state === "complete" && view?.seesFile(row) !== false) files.push(row);
      // The files of an old mission may no longer exist; its repeat is still a repeat.
      else if (existing !== undefined && spec.kind === "mission") return repeat(spec.kind, existing, []);
      else throw missingFile(file);
    }
    const fingerprint = digest(files);
    if (existing !== undefined) {
      if (existing.input_fingerprint !== fingerprint) throw conflict(spec, existing);
      return repeat(spec.kind, existing, files);
    }
    const first = this.#sameKey(spec, fingerprint);
    if (first !== undefined) return { ...repeat(spec.kind, first, files), deduplicated: true };
    this.#assertAdmitted(spec);
    const createdMs = clock.wallMs();
    const runAtMs = delayMs === undefined ? spec.runAtMs ?? null : createdMs + delayMs;
    turn.enter({
      ...EMPTY,
      class: 1,
      serial: 0,
      // Includes members that are not part of a mission: omitting them takes longer than creating all others.
      ...spec,
      createdMs,
      // A time in the past means now: the place in the queue is that of the creation.
      runAtMs: runAtMs !== null && runAtMs > createdMs ? runAtMs : null,
      runtime: spec.runtime === undefined ? this.#applied.runtimeId() : spec.runtime,
      inputFingerprint: fingerprint,
    });
    for (const { staging_id } of files) store.staging.pin(staging_id);
    const enqueued: Enqueued = {
      missionId: spec.missionId,
      status: "queued",
      created: true,
      deduplicated: false,
      fingerprint,
      files,
    };
    spec.entered?.(enqueued);
    return enqueued;
  }

  /**
   * The mission with the same key that prevents this one from being started.
   *
   * @throws {ProblemError} `key_conflict`, `idempotency_conflict`
   */
  #sameKey(
    spec: MissionSpec,
    fingerprint: string,
  ): MissionRow | undefined {
    const { keys } = this.#parts.store.missions;
    const { missionId, key, plan, serial = 0, view } = spec;
    if (key === undefined || key === null) return undefined;
    if (plan?.unique !== undefined) {
      const known = keys.deduplicated(missionId);
      if (known !== undefined) {
        if (known.fingerprint !== fingerprint) throw conflict(spec, known.first);
        return known.first;
      }
      const first = keys.blocking(key, plan.unique);
      if (first !== undefined && view?.sees(first) === false) throw keyTaken(key);
      if (first !== undefined) {
        keys.addDeduplicated(missionId, { mission: first.id, fingerprint });
        return first;
      }
    }
    const other = keys.active(key).find((row) => row.serial !== serial);
    if (other === undefined) return undefined;
    if (view?.sees(other) === false) throw keyTaken(key);
    throw new ProblemError(
      "key_conflict",
      `key ${quote(key)} is that of mission ${other.mission_id}, which is ${
        serial === 1 ? "not serial" : "serial"
      }`,
      { details: { key, mission_id: other.mission_id, serial: other.serial === 1 } },
    );
  }

  #assertAdmitted({ kind, lane, input, exempt, plan }: MissionSpec): void {
    if (exempt) return this.#assertLaneKept(lane);
    if (plan?.notify !== undefined) this.#assertHook(plan.notify);
    if (kind === "mission") this.#assertInputFits(input);
    this.#assertLaneTakes(lane);
    this.#assertRoom(lane);
  }

  /** @throws {ProblemError} `unknown_hook` */
  #assertHook(name: string): void {
    if (Object.hasOwn(this.#parts.config.hooks, name)) return;
    throw new ProblemError("unknown_hook", `there is no hook ${quote(name)}`, { details: { hook: name } });
  }

  /** @throws {ProblemError} `payload_too_large` */
  #assertInputFits(input: string): void {
    const max = this.#parts.config.limits.maxMissionInputBytes;
    // A UTF-16 unit has at most three bytes, so most inputs need not be encoded to be measured.
    if (input.length * 3 <= max) return;
    const bytes = encoder.encode(input).length;
    if (bytes > max) {
      throw new ProblemError("payload_too_large", `input is ${bytes} bytes long, ${max} are allowed`);
    }
  }

  /** @throws {ProblemError} `unknown_lane` when the lane was removed. */
  #assertLaneKept(lane: string): void {
    const { current } = this.#applied;
    if (current === undefined || Object.hasOwn(current.state.lanes ?? {}, lane)) return;
    throw new ProblemError("unknown_lane", `there is no lane "${lane}" any more`, { details: { lane } });
  }

  /** @throws {ProblemError} When the lane takes no missions: nothing applied, unknown, or being removed. */
  #assertLaneTakes(lane: string): void {
    const lanes = this.#applied.current?.state.lanes;
    if (!lanes || Object.keys(lanes).length === 0) {
      throw new ProblemError(
        "no_lanes_configured",
        "no lanes are configured yet; apply a configuration first",
      );
    }
    if (!Object.hasOwn(lanes, lane)) throw new ProblemError("unknown_lane", `there is no lane "${lane}"`);
    if (this.#lanes.find(lane)?.removing === false) return;
    throw new ProblemError("lane_removing", `lane "${lane}" is being removed`, {
      details: { lane },
      retryAfterS: 5,
    });
  }

  /** @throws {ProblemError} `queue_full` when too many missions are waiting. */
  #assertRoom(lane: string): void {
    const { maxQueuePerLane, maxQueueTotal } = this.#parts.config.limits;
    if (maxQueuePerLane <= 0 && maxQueueTotal <= 0) return;
    const counts = this.#parts.store.missions.unfinished.list();
    const total = counts.reduce((sum, { count }) => sum + count, 0);
    const queued = counts.reduce((sum, { lane: of, count }) => of === lane ? sum + count : sum, 0);
    if (maxQueuePerLane > 0 && queued >= maxQueuePerLane) {
      throw new ProblemError(
        "queue_full",
        `lane "${lane}" has ${queued} unfinished missions, ${maxQueuePerLane} are allowed`,
        { details: { lane, queued }, retryAfterS: 5 },
      );
    }
    if (maxQueueTotal > 0 && total >= maxQueueTotal) {
      throw new ProblemError(
        "queue_full",
        `there are ${total} unfinished missions, ${maxQueueTotal} are allowed`,
        { retryAfterS: 5 },
      );
    }
  }
}

/** For an exec, a failed lookup has another code in the contract than a failed write. */
function lookUp<T>(kind: MissionKind, find: () => T): T {
  try {
    return find();
  } catch (cause) {
    if (kind === "mission" || !isDatabaseError(cause)) throw cause;
    throw new ProblemError("internal", "the database failed", { cause });
  }
}

/** @param asked The request; it determines the error text, whichever mission has the id. */
function repeat(asked: MissionKind, existing: MissionRow, files: readonly StagingRow[]): Enqueued {
  const { mission_id, status, input_fingerprint: fingerprint } = existing;
  if (status !== "deleting") {
    return { missionId: mission_id, status, created: false, deduplicated: false, fingerprint, files };
  }
  throw new ProblemError("mission_deleting", `${asked} ${mission_id} is being deleted`, {
    status: 410,
    details: idOf(asked, mission_id),
  });
}

/** Of a mission that the caller may not see. */
function keyTaken(key: string): ProblemError {
  return new ProblemError("key_conflict", `key ${quote(key)} is in use`, { details: { key } });
}

function conflict({ kind: asked, view }: MissionSpec, existing: MissionRow): ProblemError {
  if (view?.sees(existing) === false) {
    return new ProblemError("idempotency_conflict", `id ${existing.mission_id} is taken by another dispatch`);
  }
  const { mission_id, kind, mission_name: mission, lane, status } = existing;
  const facts: Record<string, string> = asked === "exec"
    ? { kind, lane, status }
    : { kind, mission, lane, status };
  return new ProblemError("idempotency_conflict", `id ${mission_id} is taken by another dispatch`, {
    details: { existing: { ...idOf(asked, mission_id), ...facts } },
  });
}

function idOf(asked: MissionKind, id: MissionId): Record<string, string> {
  return asked === "exec" ? { exec_id: id } : { mission_id: id };
}
