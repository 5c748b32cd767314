import type { OutcomeKind } from "../../protocol/mission.ts";
import { MISSION_FIELDS } from "../../protocol/mission.ts";
import type { MissionEventType } from "../../protocol/hooks.ts";
import type { Transition } from "../engine/transitions.ts";
import { runningSeq } from "../store/mission_json.ts";
import type { MissionRow } from "../store/mission_row.ts";
import { missionText } from "../store/mission_text.ts";
import type { OutboxEvent } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";

/** Something that has happened to a mission, before it is known whether any receiver is to be told. */
export interface MissionEvent {
  readonly type: MissionEventType;
  /** Number of the line in the mission's event stream. */
  readonly seq: number;
  /** Unix milliseconds. */
  readonly timeMs: number;
  /** The mission as it was then. */
  readonly row: MissionRow;
}

const END_TYPES: Readonly<Record<OutcomeKind, MissionEventType>> = {
  success: "mission.succeeded",
  failed: "mission.failed",
  timeout: "mission.timeout",
  killed: "mission.killed",
  oom: "mission.oom",
  crashed: "mission.crashed",
  lost: "mission.lost",
};

/** The types of the events that a transition may stand for, as far as that is known without a statement. */
export function typesOf(transition: Transition): readonly MissionEventType[] {
  switch (transition.change) {
    case "queued":
      return ["mission.queued"];
    case "running":
      return ["mission.starting"];
    case "again":
      return ["mission.starting", "mission.retrying"];
    case "done":
      return ["mission.starting", END_TYPES[transition.mission.outcome], "mission.done"];
    default:
      return [];
  }
}

/** What a transition tells of its mission. Called in its transaction. */
export function missionEvents(transition: Transition, { missions }: Pick<Store, "missions">): MissionEvent[] {
  switch (transition.change) {
    case "queued": {
      const { missionId, createdMs } = transition.mission;
      const row = missions.find(missionId);
      if (row === undefined) return [];
      return [{ type: "mission.queued", seq: 1, timeMs: createdMs, row: queued(row) }];
    }
    case "running": {
      const row = missions.find(transition.mission.mission_id);
      return row === undefined ? [] : [starting(row, transition.start.startedMs)];
    }
    case "again": {
      const { mission, from, attempt: { start, nowMs } } = transition;
      const seq = runningSeq(mission) - 1;
      const retrying: MissionEvent = { type: "mission.retrying", seq, timeMs: nowMs, row: mission };
      if (start === undefined) return [retrying];
      return [
        starting({ ...from, pid: start.pid, time_started: start.startedMs }, start.startedMs),
        retrying,
      ];
    }
    case "done": {
      const { mission: row, start } = transition;
      const end = { seq: row.done_seq, timeMs: row.time_finished, row };
      return [
        ...(start === undefined ? [] : [starting(running(row), start.startedMs)]),
        { type: END_TYPES[row.outcome], ...end },
        { type: "mission.done", ...end },
      ];
    }
    default:
      return [];
  }
}

function starting(row: MissionRow, timeMs: number): MissionEvent {
  return { type: "mission.starting", seq: runningSeq(row), timeMs, row };
}

const columnsOf = (...sets: readonly string[]): Readonly<Record<string, null>> =>
  Object.fromEntries(
    Object.values(MISSION_FIELDS).flatMap(({ set, column }) =>
      column !== undefined && sets.includes(set) ? [[column, null]] : []
    ),
  );
const NO_END = columnsOf("end"), NO_START = columnsOf("start", "end");

/** A row whose mission may have gone on in the same transaction, as it was when it was queued. */
function queued(row: MissionRow): MissionRow {
  return { ...row, ...NO_START, status: "queued" } as MissionRow;
}

/** A row whose mission has ended in the same transaction, as it was when its process ran. */
function running(row: MissionRow): MissionRow {
  return { ...row, ...NO_END, status: "running" } as MissionRow;
}

/**
 * An event as receivers get it: CloudEvents 1.0 in structured JSON. `data` is the record of the mission without its input.
 *
 * @param source The dugdale, as a URI.
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function cloudEvent(
  { type, seq, timeMs, row }: MissionEvent,
  store: Store,
  source: string,
): OutboxEvent {
  const { mission_id: subject, traceparent } = row;
  const event = `${subject}_${seq}_${type.slice("mission.".length)}`;
  const head = cloudEventHead({ event, type, subject, time: timeMs, traceparent }, source);
  // As text, so that the numbers of a mission keep every digit.
  const data = missionText({ ...row, input: null } as unknown as MissionRow, store);
  return { event, type, subject, time: timeMs, body: `${head},"data":${data}}` };
}

/** The text of a CloudEvent up to its data. */
export function cloudEventHead(
  { event, type, subject, time, traceparent }: Omit<OutboxEvent, "body"> & {
    readonly traceparent?: string | null;
  },
  source: string,
): string {
  const head = {
    specversion: "1.0",
    id: event,
    source,
    type,
    subject,
    time: new Date(time).toISOString(),
    datacontenttype: "application/json",
    traceparent: traceparent ?? undefined,
  };
  return JSON.stringify(head).slice(0, -1);
}
