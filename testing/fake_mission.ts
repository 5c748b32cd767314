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

/** What can be said about the end of a mission. */
export interface FakeEnding {
  /** How it ends. */
  readonly outcome: OutcomeKind;
  /** What it returns. Default: nothing. */
  readonly return?: JsonObject | undefined;
  /** Why it failed, for people. */
  readonly message?: string | undefined;
  /** Why it failed, for programs. */
  readonly reason?: string | undefined;
  /** Facts about the failure. */
  readonly details?: JsonObject | undefined;
  /** Default 0 for a success, 1 for anything else. */
  readonly exitCode?: number | undefined;
  /** The signal that ended the process. */
  readonly signal?: string | undefined;
}

/** How a mission ends, when it is not simply a success. */
export class FakeEnd {
  /** What was said about it. */
  readonly ending: FakeEnding;

  /** Says how a mission ends. */
  constructor(ending: FakeEnding) {
    this.ending = ending;
  }
}

/** What was sent to a fake dugdale. */
export interface FakeOrder {
  /** The `Idempotency-Key`. */
  readonly missionId: string;
  /** Whether it is a command. */
  readonly kind: MissionKind;
  /** Name of the mission; `exec` for a command. */
  readonly mission: string;
  /** The lane it waits in. */
  readonly lane: string;
  /** `null` when none was sent. */
  readonly input: JsonValue;
  /** argv of a command. */
  readonly command: readonly string[];
  /** Its files. */
  readonly inputs: readonly InputFile[];
  /** The mission that it repeats. */
  readonly restartedFrom?: string | undefined;
}

/** One mission of a fake dugdale. */
export class FakeMission {
  /** What was sent. */
  readonly order: FakeOrder;
  /** Aborts when the mission is killed. */
  readonly killed: AbortController = new AbortController();
  /** Its output files by role. */
  readonly outputs: Record<string, OutputFile> = {};
  /** What it printed so far. */
  readonly printed: { stdout: string; stderr: string } = { stdout: "", stderr: "" };
  readonly #createdMs = Date.now();
  readonly #events: MissionEvent[] = [];
  #status: MissionStatus = "queued";
  readonly #readers: (() => void)[] = [];

  /** Queues it. */
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
  end({ ending }: FakeEnd): void {
    if (this.#status === "done" || this.#status === "deleting") return;
    this.#status = "done";
    const finishedMs = Date.now();
    this.#tell({
      event: "done",
      seq: this.#events.length + 1,
      time_finished: finishedMs,
      outcome: ending.outcome,
      exit_code: ending.exitCode ?? (ending.outcome === "success" ? 0 : 1),
      duration_ms: finishedMs - this.#createdMs,
      signal: ending.signal,
      return: ending.return,
      fail_reason: ending.reason,
      fail_message: ending.message,
      fail_details: ending.details,
      outputs: ending.outcome === "success" && Object.keys(this.outputs).length > 0
        ? this.outputs
        : undefined,
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
