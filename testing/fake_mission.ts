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
  /** `null` when none was sent; of a command the whole request. */
  readonly input: JsonValue;
  /** argv of a command. */
  readonly command: readonly string[];
  /** Its files, in the order of their roles. */
  readonly inputs: readonly InputFile[];
  /** The script of a command. */
  readonly script?: OutputFile | undefined;
  /** The outputs that a command shall have; of a mission all count. */
  readonly out?: readonly string[] | undefined;
  /** Never fires. */
  readonly timeoutMs?: number | undefined;
  /** What lists shall show for a command. */
  readonly displayName?: string | undefined;
  /** Joins the commands of one fan-out. */
  readonly groupId?: string | undefined;
  /** Digest of everything that makes two dispatches the same. */
  readonly fingerprint: string;
  /** The mission that it repeats. */
  readonly restartedFrom?: string | undefined;
}

/** A piece of output, when it came. */
interface Chunk {
  readonly t: number;
  readonly stream: "stdout" | "stderr";
  readonly data: string;
}

/** There is no process; a number that looks like one. */
const PID = 4242;
const encoder = new TextEncoder();

/** One mission of a fake dugdale. */
export class FakeMission {
  /** What was sent. */
  readonly order: FakeOrder;
  /** Aborts when the mission is killed. */
  readonly killed: AbortController = new AbortController();
  /** Its output files by role. */
  readonly outputs: Record<string, OutputFile> = {};
  readonly #createdMs = Date.now();
  readonly #events: MissionEvent[] = [];
  readonly #printed: Chunk[] = [];
  #resolve: () => void = () => {};
  /** Resolves when it is done or removed. */
  readonly ended: Promise<void> = new Promise((resolve) => this.#resolve = resolve);
  #startedMs: number | undefined;
  #status: MissionStatus = "queued";
  /** Told when there is more to read, or nothing any more. */
  readonly #readers: (() => void)[] = [];

  /** Queues it. */
  constructor(order: FakeOrder) {
    this.order = order;
    const { missionId, lane, mission, kind, restartedFrom } = order;
    this.#tell({
      event: "queued",
      seq: 1,
      mission_id: missionId,
      time_created: this.#createdMs,
      ...(restartedFrom !== undefined
        ? { restarted_from: restartedFrom }
        : kind === "exec"
        ? { lane }
        : { lane, mission }),
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

  /** What it printed so far. */
  get printed(): { readonly stdout: string; readonly stderr: string } {
    const of = (stream: string) =>
      this.#printed.filter((chunk) => chunk.stream === stream).map(({ data }) => data).join("");
    return { stdout: of("stdout"), stderr: of("stderr") };
  }

  /** The process starts. */
  run(): void {
    this.#status = "running";
    const time = this.#startedMs = Date.now();
    this.#tell({ event: "running", seq: this.#events.length + 1, time, time_started: time, pid: PID });
  }

  /** The mission tells how far it is. Nobody hears it any more once it has ended. */
  progress(value?: number, message?: string): void {
    if (this.#status !== "running") return;
    const seq = this.#events.length + 1;
    this.#tell({ event: "progress", seq, time: Date.now(), value, message: message || undefined });
  }

  /** The mission prints. As with `progress`, not any more once it has ended. */
  print(stream: "stdout" | "stderr", data: string): void {
    if (this.#status !== "running" || data === "") return;
    this.#printed.push({ t: Date.now(), stream, data });
    this.#wake();
  }

  /** The mission ends. Only the first end counts. */
  end({ ending }: FakeEnd): void {
    if (this.#status === "done" || this.#status === "deleting") return;
    this.#status = "done";
    const finishedMs = Date.now();
    const outputs = ending.outcome === "success" ? this.#collected() : {};
    this.#tell({
      event: "done",
      seq: this.#events.length + 1,
      time_finished: finishedMs,
      outcome: ending.outcome,
      exit_code: ending.exitCode ?? (ending.outcome === "success" ? 0 : 1),
      duration_ms: this.#startedMs === undefined ? undefined : finishedMs - this.#startedMs,
      signal: ending.signal,
      return: ending.return,
      fail_reason: ending.reason,
      fail_message: ending.message,
      fail_details: ending.details,
      outputs: Object.keys(outputs).length > 0 ? outputs : undefined,
    });
    this.#resolve();
  }

  /** The mission is removed: who follows it hears nothing more. */
  delete(): void {
    this.#status = "deleting";
    this.#wake();
    this.#resolve();
  }

  /** Its events after `from`; with follow until it is done. */
  events(from: number, follow: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
    const lines = this.#events;
    let at = 0;
    return this.#stream(follow, () => {
      while (at < lines.length) {
        const event = lines[at++];
        if (event !== undefined && event.seq > from) return `${JSON.stringify(event)}\n`;
      }
      return undefined;
    });
  }

  /** What it prints, from the start; with follow until it is done. */
  output(name: "stdout" | "stderr" | "combined", follow: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return this.#stream(follow, () => {
      while (at < this.#printed.length) {
        const chunk = this.#printed[at++];
        if (name === "combined") return `${JSON.stringify(chunk)}\n`;
        if (chunk?.stream === name) return chunk.data;
      }
      return undefined;
    });
  }

  /** Its record. */
  record(): MissionRecord {
    const { order, done } = this;
    return {
      mission_id: order.missionId,
      kind: order.kind,
      lane: order.lane,
      mission_name: order.mission,
      display_name: order.displayName,
      group_id: order.groupId,
      status: this.#status,
      input_fingerprint: order.fingerprint,
      truncated_stdout: false,
      truncated_stderr: false,
      time_created: this.#createdMs,
      time_started: this.#startedMs,
      timeout_ms: order.timeoutMs,
      pid: this.#startedMs === undefined ? undefined : PID,
      input: order.input,
      inputs: order.inputs,
      outputs: done?.outputs ?? {},
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

  /** A command's outputs are those that were asked for. */
  #collected(): Readonly<Record<string, OutputFile>> {
    const { out } = this.order;
    return Object.fromEntries(Object.entries(this.outputs).filter(([role]) => out?.includes(role) ?? true));
  }

  /** Hands over texts as they come. @param next The next one; undefined when there is none yet. */
  #stream(follow: boolean, next: () => string | undefined): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      pull: async (controller) => {
        for (;;) {
          const text = next();
          if (text !== undefined) return controller.enqueue(encoder.encode(text));
          if (!follow || this.#status === "done" || this.#status === "deleting") return controller.close();
          await new Promise<void>((resolve) => this.#readers.push(resolve));
        }
      },
    }, { highWaterMark: 0 });
  }

  #tell(event: MissionEvent): void {
    this.#events.push(event);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#readers.splice(0)) wake();
  }
}
