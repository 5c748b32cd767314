/**
 * One mission of a fake dugdale, from queued to done.
 *
 * @module
 */
import type { DoneEvent, MissionEvent } from "../protocol/event.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import type {
  InputFile,
  MissionKind,
  MissionRecord,
  MissionStatus,
  OutcomeKind,
  OutputFile,
} from "../protocol/mission.ts";

/** How a mission ends, when it is not simply a success. */
export class FakeEnd {
  readonly outcome: OutcomeKind;
  readonly return: JsonObject | undefined;
  readonly message: string | undefined;
  readonly reason: string | undefined;
  readonly details: JsonObject | undefined;
  readonly exitCode: number;
  readonly signal: string | undefined;

  constructor(end: {
    readonly outcome: OutcomeKind;
    readonly return?: JsonObject | undefined;
    readonly message?: string | undefined;
    readonly reason?: string | undefined;
    readonly details?: JsonObject | undefined;
    /** Default 0 for a success, 1 for anything else. */
    readonly exitCode?: number | undefined;
    readonly signal?: string | undefined;
  }) {
    this.outcome = end.outcome;
    this.return = end.return;
    this.message = end.message;
    this.reason = end.reason;
    this.details = end.details;
    this.exitCode = end.exitCode ?? (end.outcome === "success" ? 0 : 1);
    this.signal = end.signal;
  }
}

/** What was sent to a fake dugdale. */
export interface FakeOrder {
  readonly missionId: string;
  readonly kind: MissionKind;
  /** Name of the mission; `exec` for a command. */
  readonly mission: string;
  readonly lane: string;
  readonly input: JsonValue;
  /** argv of a command. */
  readonly command: readonly string[];
  readonly inputs: readonly InputFile[];
  readonly restartedFrom?: string | undefined;
}

/** One mission of a fake dugdale. */
export class FakeMission {
  readonly order: FakeOrder;
  /** Aborts when the mission is killed. */
  readonly killed: AbortController = new AbortController();
  readonly outputs: Record<string, OutputFile> = {};
  readonly printed: { stdout: string; stderr: string } = { stdout: "", stderr: "" };
  readonly #createdMs = Date.now();
  readonly #events: MissionEvent[] = [];
  #status: MissionStatus = "queued";
  readonly #readers: (() => void)[] = [];

  constructor(order: FakeOrder) {
    this.order = order;
    const { missionId, lane, mission, restartedFrom } = order;
    this.#tell({
      event: "queued",
      seq: 1,
      mission_id: missionId,
      time_created: this.#createdMs,
      ...(restartedFrom === undefined ? { lane, mission } : { restarted_from: restartedFrom }),
    });
  }

  /** Where it is in its life. */
  get status(): MissionStatus {
    return this.#status;
  }

  /** The last event, once there is one. */
  get done(): DoneEvent | undefined {
    const last = this.#events.at(-1);
    return last?.event === "done" ? last : undefined;
  }

  /** The process starts. */
  run(): void {
    this.#status = "running";
    const time = Date.now();
    this.#tell({ event: "running", seq: this.#events.length + 1, time, time_started: time, pid: 1 });
  }

  /** The mission tells how far it is. */
  progress(value?: number, message?: string): void {
    this.#tell({ event: "progress", seq: this.#events.length + 1, time: Date.now(), value, message });
  }

  /** The mission ends. Only the first end counts. */
  end(end: FakeEnd): void {
    if (this.#status === "done" || this.#status === "deleting") return;
    this.#status = "done";
    const finishedMs = Date.now();
    this.#tell({
      event: "done",
      seq: this.#events.length + 1,
      time_finished: finishedMs,
      outcome: end.outcome,
      exit_code: end.exitCode,
      duration_ms: finishedMs - this.#createdMs,
      signal: end.signal,
      return: end.return,
      fail_reason: end.reason,
      fail_message: end.message,
      fail_details: end.details,
      outputs: end.outcome === "success" && Object.keys(this.outputs).length > 0 ? this.outputs : undefined,
    });
  }

  /** The mission is removed. */
  delete(): void {
    this.#status = "deleting";
  }

  /** Its events after `from`; with follow until it is done. */
  events(from: number, follow: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
    const encoder = new TextEncoder();
    let next = Math.max(0, from);
    return new ReadableStream({
      pull: async (controller) => {
        while (this.#events.length <= next) {
          if (this.done !== undefined || !follow) return controller.close();
          await new Promise<void>((resolve) => this.#readers.push(resolve));
        }
        controller.enqueue(encoder.encode(`${JSON.stringify(this.#events[next++])}\n`));
      },
    }, { highWaterMark: 0 });
  }

  /** Its record. */
  record(): MissionRecord {
    const { order, done } = this;
    return {
      mission_id: order.missionId,
      kind: order.kind,
      lane: order.lane,
      mission_name: order.mission,
      status: this.#status,
      input_fingerprint: "0".repeat(64),
      truncated_stdout: false,
      truncated_stderr: false,
      time_created: this.#createdMs,
      input: order.input,
      inputs: order.inputs,
      outputs: this.outputs,
      restarted_from: order.restartedFrom,
      ...(done && {
        outcome: done.outcome,
        exit_code: done.exit_code,
        signal: done.signal,
        return: done.return,
        fail_reason: done.fail_reason,
        fail_message: done.fail_message,
        fail_details: done.fail_details,
        time_finished: done.time_finished,
        duration_ms: done.duration_ms,
      }),
    };
  }

  #tell(event: MissionEvent): void {
    this.#events.push(event);
    for (const wake of this.#readers.splice(0)) wake();
  }
}
