import type { MissionId } from "../../protocol/names.ts";
import type { MissionRow } from "../store/mission_row.ts";
import {
  attemptLine,
  doneLine,
  type ProcessStart,
  queuedLine,
  runningLine,
  runningSeq,
} from "../store/mission_json.ts";
import type { ProgressLine } from "../store/missions.ts";
import type { Store } from "../store/store.ts";
import type { Transition } from "./transitions.ts";

/** Bytes read from the table at once for a slow follower, plus one line. */
const BATCH_CHARS = 64 * 1024;
const encoder = new TextEncoder();

/** The parts of a mission that a stream keeps. */
export type Followed = Pick<MissionRow, "id" | "mission_id" | "status">;

/** Called after output; with `over` when there will be no further call. */
export type OutputListener = (over: boolean) => void;

interface Channel {
  /** The last committed line; undefined until known. */
  lastSeq: number | undefined;
  /** No further lines will be published. */
  over: boolean;
  readonly followers: Set<Follower>;
  readonly readers: Set<OutputListener>;
}

/**
 * The open event and output streams of missions. New lines come from memory after their commit; a slow stream reads the
 * table instead, so a slow reader costs no memory and delays no other. Nothing is polled.
 */
export class Followers {
  readonly #store: Store;
  readonly #channels = new Map<number, Channel>();
  #closed = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * The events of a mission after `from`, one line each. Of the row only the ids are kept: there are more followers
   * than missions, and an input may be a megabyte.
   *
   * @param follow Whether to wait for more until the mission is done.
   */
  events(
    row: MissionRow,
    from: number,
    follow: boolean,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { id, mission_id: missionId, status } = row;
    const channel = follow && status !== "done" && !this.#closed ? this.#join(id) : undefined;
    const follower: Follower = new Follower({
      missionId,
      from,
      store: this.#store,
      channel,
      leave: () => {
        if (channel === undefined) return;
        channel.followers.delete(follower);
        this.#part(id, channel);
      },
    });
    channel?.followers.add(follower);
    const stream = new ReadableStream(follower, { highWaterMark: 0 });
    if (channel !== undefined && from < 1 && isNew(row)) {
      // The row says it all: the tables need not be read.
      channel.lastSeq ??= 1;
      follower.begin(queuedLine(row));
    }
    return stream;
  }

  /** Calls back after each piece of output and at the end of the mission, until disposed. Never once closed. */
  onOutput(id: number, callback: OutputListener): Disposable | undefined {
    if (this.#closed) return undefined;
    const channel = this.#join(id);
    channel.readers.add(callback);
    return {
      [Symbol.dispose]: () => {
        channel.readers.delete(callback);
        this.#part(id, channel);
      },
    };
  }

  /** Publishes a transition to followers. */
  hear(transition: Transition): void {
    switch (transition.change) {
      case "queued":
      case "started":
        return;
      case "running": {
        const { mission, start } = transition;
        return this.publish(mission.id, runningSeq(mission), () => runningLine(mission, start));
      }
      case "again": {
        const { mission: { id, running_seq }, from, attempt } = transition;
        const seq = runningSeq({ running_seq }) - 1;
        const line = (): string => attemptLine(seq, from.attempt, attempt);
        return this.publish(id, seq, line);
      }
      case "done": {
        const { mission, start } = transition;
        const { id, done_seq: seq } = mission;
        const done = (): string => doneLine(mission, this.#store.missions.files(id));
        // A process that was over soon: its start was not told before.
        if (start !== undefined && runningSeq(mission) === seq - 1) {
          const both = (): string => `${runningLine(mission, start)}\n${done()}`;
          return this.publish(id, seq, both, { first: seq - 1, last: true });
        }
        return this.publish(id, seq, done, { last: true });
      }
      case "deleting":
        return this.abandon(transition.id);
      default:
        return transition satisfies never;
    }
  }

  /**
   * Publishes a committed line to followers. The line is only made when there are followers.
   *
   * @param options.first Number of the first line where there are several; `seq` is that of the last one.
   * @param options.last Whether no line will follow. Default: false.
   */
  publish(
    id: number,
    seq: number,
    line: () => string,
    { first = seq, last = false }: { readonly first?: number; readonly last?: boolean } = {},
  ): void {
    const channel = this.#channels.get(id);
    if (channel === undefined) return;
    // Early progress is committed together with the start, but published before it.
    channel.lastSeq = Math.max(seq, channel.lastSeq ?? seq);
    try {
      const bytes = encoder.encode(`${line()}\n`);
      for (const follower of [...channel.followers]) follower.offer({ first, seq, bytes, last });
    } catch (error) {
      // Followers reconnect; the mission continues without them.
      for (const follower of [...channel.followers]) follower.fail(error);
    }
    if (last) this.wrote(id);
  }

  /** Notifies readers of new output. */
  wrote(id: number): void {
    this.#tellReaders(id, false);
  }

  /** Ends every stream of a mission that is about to be removed: there will be no last line. */
  abandon(id: number): void {
    for (const follower of [...this.#channels.get(id)?.followers ?? []]) follower.abandon();
    this.wrote(id);
  }

  /** Ends every stream where it is: queued missions are run by the next daemon. */
  close(): void {
    this.#closed = true;
    for (const [id, channel] of [...this.#channels]) {
      channel.over = true;
      for (const follower of [...channel.followers]) follower.end();
      this.#tellReaders(id, true);
    }
  }

  #tellReaders(id: number, over: boolean): void {
    for (const callback of [...this.#channels.get(id)?.readers ?? []]) callback(over);
  }

  #join(id: number): Channel {
    let channel = this.#channels.get(id);
    if (channel === undefined) {
      channel = { lastSeq: undefined, over: false, followers: new Set(), readers: new Set() };
      this.#channels.set(id, channel);
    }
    return channel;
  }

  #part(id: number, channel: Channel): void {
    if (channel.followers.size > 0 || channel.readers.size > 0) return;
    // One that leaves a second time must not take away the channel of those that have come since.
    if (this.#channels.get(id) === channel) this.#channels.delete(id);
  }
}

interface FollowerParts {
  readonly missionId: MissionId;
  /** `seq` of the last event to skip. */
  readonly from: number;
  readonly store: Store;
  /** Undefined for a reader of existing events only. */
  readonly channel: Channel | undefined;
  /** Called once the reader has disconnected. */
  readonly leave: () => void;
}

/** Committed lines. */
interface Offer {
  /** Numbers of the first and the last of them. */
  readonly first: number;
  readonly seq: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether no line will follow. */
  readonly last: boolean;
}

/** A reader of events; it requests more whenever it is ready. */
class Follower implements UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #missionId: MissionId;
  readonly #store: Store;
  readonly #channel: Channel | undefined;
  readonly #leave: () => void;
  #lastSeq: number;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  /** The reader has consumed everything and requests more. */
  #waiting = false;

  constructor(parts: FollowerParts) {
    this.#missionId = parts.missionId;
    this.#lastSeq = parts.from;
    this.#store = parts.store;
    this.#channel = parts.channel;
    this.#leave = parts.leave;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    this.#controller = controller;
  }

  /** Sends the first line of all. */
  begin(line: string): void {
    this.#send(1, encoder.encode(`${line}\n`));
  }

  pull(): void {
    const known = this.#channel?.lastSeq;
    this.#waiting = known !== undefined && known <= this.#lastSeq && !this.#channel?.over;
    if (!this.#waiting) this.#read();
  }

  cancel(): void {
    this.#controller = undefined;
    this.#leave();
  }

  /** Takes new lines, unless the reader lags behind: it will find them in the table. */
  offer({ first, seq, bytes, last }: Offer): void {
    if (!this.#waiting) return;
    if (seq > this.#lastSeq) {
      if (first !== this.#lastSeq + 1) return this.#read();
      this.#send(seq, bytes);
    }
    if (last) this.abandon();
  }

  abandon(): void {
    this.#controller?.close();
    this.cancel();
  }

  /** No further lines will come: ends the stream, unless the reader has not requested all lines yet. */
  end(): void {
    if (this.#waiting) this.abandon();
  }

  /** Aborts the stream. */
  fail(error: unknown): void {
    this.#controller?.error(error);
    this.cancel();
  }

  #read(): void {
    const row = this.#store.missions.find(this.#missionId);
    if (row === undefined || row.status === "deleting") return this.abandon();
    const { lines, more } = linesAfter(this.#store, row, this.#lastSeq);
    const last = lines.at(-1);
    if (last !== undefined) {
      this.#send(
        last.seq,
        encoder.encode(lines.map(({ line }) => `${line}\n`).join("")),
      );
    }
    if (more) return;
    if (row.status === "done" || this.#channel === undefined || this.#channel.over) return this.abandon();
    this.#channel.lastSeq ??= this.#lastSeq;
    this.#waiting = last === undefined;
  }

  #send(seq: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#lastSeq = seq;
    this.#waiting = false;
    this.#controller?.enqueue(bytes);
  }
}

/** A batch of lines after `from`: those derived from the row, merged with those that are stored. */
function linesAfter(store: Store, row: MissionRow, from: number): { lines: ProgressLine[]; more: boolean } {
  const lines: ProgressLine[] = from < 1 ? [{ seq: 1, line: queuedLine(row) }] : [];
  const start = startOf(row);
  const seq = runningSeq(row);
  let running = start && from < seq ? { seq, line: runningLine(row, start) } : undefined;
  // Before its first process a mission has no events of its own.
  if (start !== undefined || row.attempt > 1) {
    let room = BATCH_CHARS;
    for (const line of store.missions.progressAfter(row.id, from)) {
      if (room <= 0) return { lines, more: true };
      if (line.seq > seq) {
        if (start === undefined) break;
        if (running !== undefined) lines.push(running);
        running = undefined;
      }
      lines.push(line);
      room -= line.line.length;
    }
  }
  if (running !== undefined) lines.push(running);
  if (row.status === "done" && row.done_seq > from) {
    lines.push({ seq: row.done_seq, line: doneLine(row, store.missions.files(row.id)) });
  }
  return { lines, more: false };
}

/** Whether all that is to be told of a mission is that it was queued. */
function isNew(row: MissionRow): boolean {
  return row.attempt === 1 && (row.status === "queued" || row.status === "running") &&
    startOf(row) === undefined;
}

/** The recorded process of the current or last attempt, if any. */
function startOf(row: MissionRow): ProcessStart | undefined {
  if (row.status !== "running" && row.status !== "done") return undefined;
  const { pid, time_started: startedMs } = row;
  return pid !== null && pid > 0 && startedMs !== null ? { pid, startedMs } : undefined;
}
