import type { OutboxEvent } from "../store/outbox.ts";

/** How to read events. */
export interface EventStreamOptions {
  /** The types that are wanted; empty for all. */
  readonly on: ReadonlySet<string>;
  /** Id of the last event that is known. Default: only events from now on. */
  readonly from?: string | undefined;
}

/** So many of the last events are kept for readers that come again, as long as they are not longer than that in all. */
const KEPT_EVENTS = 1000, KEPT_CHARS = 4 * 1024 * 1024;
/** A reader that has so much to read yet is cut off; it can come again with the id of the last event that it has. */
const WAITING_CHARS = 4 * 1024 * 1024;

const encoder = new TextEncoder();

/** Events as they happen, one JSON object a line. Events are kept from the first reader on. */
export class EventStreams {
  readonly #readers = new Set<Reader>();
  readonly #kept: OutboxEvent[] = [];
  #keptChars = 0;
  #used = false;

  /** Whether there is, or was, any reader: without one no event needs to be made. */
  get used(): boolean {
    return this.#used;
  }

  /** Opens a stream. The first line is `{"type":"gap"}` when events after `from` may be missing. */
  open({ on, from }: EventStreamOptions): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#used = true;
    const reader = new Reader(on, () => this.#readers.delete(reader));
    this.#readers.add(reader);
    const stream = new ReadableStream(
      reader,
      new ByteLengthQueuingStrategy({ highWaterMark: WAITING_CHARS }),
    );
    if (from !== undefined) {
      const at = this.#kept.findIndex(({ event }) => event === from);
      if (at === -1) reader.write('{"type":"gap"}');
      for (const event of this.#kept.slice(at + 1)) reader.offer(event);
    }
    return stream;
  }

  /** Tells an event. */
  publish(event: OutboxEvent): void {
    this.#kept.push(event);
    this.#keptChars += event.body.length;
    while (this.#kept.length > KEPT_EVENTS || (this.#keptChars > KEPT_CHARS && this.#kept.length > 1)) {
      this.#keptChars -= this.#kept.shift()!.body.length;
    }
    for (const reader of [...this.#readers]) reader.offer(event);
  }

  /** Ends all streams. */
  close(): void {
    for (const reader of [...this.#readers]) reader.end();
  }
}

class Reader implements UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #on: ReadonlySet<string>;
  readonly #leave: () => void;
  #ended = false;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

  constructor(on: ReadonlySet<string>, leave: () => void) {
    this.#on = on;
    this.#leave = leave;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    this.#controller = controller;
    // Headers are sent with the first bytes; readers skip empty lines.
    controller.enqueue(encoder.encode("\n"));
  }

  cancel(): void {
    this.#ended = true;
    this.#leave();
  }

  offer({ type, body }: OutboxEvent): void {
    if (this.#on.size === 0 || this.#on.has(type)) this.write(body);
  }

  write(line: string): void {
    if (this.#ended) return;
    if ((this.#controller.desiredSize ?? 0) <= 0) return this.end();
    this.#controller.enqueue(encoder.encode(`${line}\n`));
  }

  end(): void {
    this.#ended = true;
    this.#leave();
    this.#controller.close();
  }
}
