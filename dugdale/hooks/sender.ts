import type { DugdaleHookRetry } from "../../config/dugdale/hooks.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import type { OutboxEvent, OutboxRow } from "../store/outbox.ts";
import type { Store } from "../store/store.ts";
import { backoffMs } from "./backoff.ts";
import { type Deliver, DeliveryError } from "./delivery.ts";

/** What a sender works with. */
export interface SenderParts {
  readonly target: string;
  readonly deliver: Deliver;
  readonly timeoutMs: number;
  readonly retry: DugdaleHookRetry;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Called after each delivery, for metrics. */
  readonly onDelivery: (target: string, result: "delivered" | "failed" | "dead") => void;
}

/** Events of so many missions are delivered to a target at once. */
const PARALLEL = 16;
/** The wall clock may be set, so that no wait for a moment of it is longer. */
const CLOCK_TRUST_MS = 60_000;
/** After so many deliveries in a row without any answer, the target rests between tries of a single event. */
const UNREACHABLE_AFTER = 3;
const REST_MS = 1_000, LONGEST_REST_MS = 60_000;
/** After the database has refused to record a delivery, the event waits for so long before it is sent again. */
const STORE_REST_MS = 5_000;

/** Brings the events of the outbox to one target, those of each mission one after the other. */
export class Sender implements AsyncDisposable {
  readonly #parts: SenderParts;
  readonly #sending = new Map<number, Promise<void>>();
  readonly #stopping = new AbortController();
  #timer: Disposable | undefined;
  #started = false;
  #off: string | undefined;
  #unreachable = 0;
  /** By the steady clock. */
  #restUntilMs = -Infinity;
  #lastError: string | undefined;
  #lastDeliveredMs: number | undefined;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  /** Why nothing is sent any more; undefined while the target takes events. */
  get off(): string | undefined {
    return this.#off;
  }

  /** Why the last delivery failed; undefined after one that did not. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  /** When an event was delivered last, in Unix milliseconds. */
  get lastDeliveredMs(): number | undefined {
    return this.#lastDeliveredMs;
  }

  /** Begins to send. */
  start(): void {
    this.#started = true;
    this.wake();
  }

  /** Takes events again after the target was turned off. */
  turnOn(): void {
    this.#off = undefined;
    this.#unreachable = 0;
    this.#restUntilMs = -Infinity;
    this.wake();
  }

  /** Sends what is due. To be called when there may be something new. */
  wake(): void {
    if (!this.#started || this.#off !== undefined || this.#stopping.signal.aborted) return;
    const { target, store, clock } = this.#parts;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const restMs = this.#restUntilMs - clock.steadyMs();
    if (restMs > 0) return this.#wait(restMs);
    const room = (this.#unreachable >= UNREACHABLE_AFTER ? 1 : PARALLEL) - this.#sending.size;
    if (room <= 0) return;
    const nowMs = clock.wallMs();
    const due = store.outbox.due(target, nowMs, room + this.#sending.size);
    for (const row of due.filter(({ id }) => !this.#sending.has(id)).slice(0, room)) this.#send(row);
    const nextAt = store.outbox.nextAt(target, nowMs);
    if (nextAt !== undefined) this.#wait(nextAt - nowMs);
  }

  /** Delivers an event at once and outside of the outbox. @throws {DeliveryError} */
  async deliverNow(event: OutboxEvent): Promise<void> {
    const { clock, timeoutMs, deliver } = this.#parts;
    const late = new AbortController();
    using _timer = clock.after(timeoutMs, () => late.abort());
    try {
      await deliver(event, AbortSignal.any([late.signal, this.#stopping.signal]));
    } catch (cause) {
      if (!late.signal.aborted) throw cause;
      throw new DeliveryError(`not taken within ${timeoutMs} ms`, { unreachable: true }, { cause });
    }
  }

  /** Sends nothing more. What is under way is broken off, and sent again at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#timer?.[Symbol.dispose]();
    await Promise.all(this.#sending.values());
  }

  #wait(ms: number): void {
    this.#timer = this.#parts.clock.after(Math.min(ms, CLOCK_TRUST_MS), () => this.wake());
  }

  #send(row: OutboxRow): void {
    const sent = this.#deliver(row).finally(() => {
      this.#sending.delete(row.id);
      this.wake();
    });
    this.#sending.set(row.id, sent);
  }

  async #deliver(row: OutboxRow): Promise<void> {
    const { target, log, clock, store } = this.#parts;
    const error = await this.deliverNow(row).then(() => undefined, (error: unknown) => error);
    if (this.#stopping.signal.aborted && error !== undefined) return;
    const record = this.#settle(row, error);
    try {
      await store.writeSoon(record);
    } catch (err) {
      if (this.#stopping.signal.aborted) return;
      log.error("db_error", { op: "outbox", hook: target, event: row.event, err });
      await clock.sleep(STORE_REST_MS, this.#stopping.signal);
    }
  }

  /** What becomes of an event after its delivery; the change that records it. */
  #settle(row: OutboxRow, error: unknown): () => void {
    const { target, retry, log, clock, store, onDelivery } = this.#parts;
    const { outbox } = store;
    const nowMs = clock.wallMs();
    if (error === undefined) {
      this.#unreachable = 0;
      this.#lastError = undefined;
      this.#lastDeliveredMs = nowMs;
      onDelivery(target, "delivered");
      return () => outbox.delivered(row, nowMs);
    }
    const { message, failure } = error instanceof DeliveryError
      ? error
      : { message: String(error), failure: {} as DeliveryError["failure"] };
    this.#lastError = message;
    const facts = { hook: target, event: row.event, reason: message };
    if (failure.gone) {
      this.#off = message;
      onDelivery(target, "dead");
      log.warn("hook turned off", facts);
      return () => outbox.buryAll(target, message, nowMs);
    }
    this.#unreachable = failure.unreachable ? this.#unreachable + 1 : 0;
    if (this.#unreachable >= UNREACHABLE_AFTER) {
      const restMs = Math.min(REST_MS * 2 ** (this.#unreachable - UNREACHABLE_AFTER), LONGEST_REST_MS);
      this.#restUntilMs = clock.steadyMs() + restMs;
    }
    const tries = row.tries + 1;
    const nextMs = nowMs + Math.max(backoffMs(tries), failure.retryAfterMs ?? 0);
    const spent = retry.attempts > 0 && tries >= retry.attempts;
    if (spent || nextMs - row.time > retry.forMs) {
      onDelivery(target, "dead");
      log.warn("event given up", { ...facts, tries });
      return () => outbox.bury(row, message, nowMs);
    }
    onDelivery(target, "failed");
    log.info("delivery failed", { ...facts, tries, next_ms: nextMs - nowMs });
    return () => outbox.again(row, message, nextMs);
  }
}
