import type { OutboxEvent } from "../store/outbox.ts";

/** Brings one event to a receiver; resolves once that has taken it. @throws {DeliveryError} When it has not. */
export type Deliver = (event: OutboxEvent, signal: AbortSignal) => Promise<void>;

/** What is known of a delivery that has failed. */
export interface DeliveryFailure {
  /** The receiver wants no more events. Default false. */
  readonly gone?: boolean | undefined;
  /** The receiver has not answered at all, so that others would fail too. Default false. */
  readonly unreachable?: boolean | undefined;
  /** How long the receiver asks to wait, in milliseconds. Default: not said. */
  readonly retryAfterMs?: number | undefined;
}

/** A receiver has not taken an event. The message says why, without secrets. */
export class DeliveryError extends Error {
  /** The name of the class. */
  override readonly name = "DeliveryError";

  constructor(message: string, readonly failure: DeliveryFailure = {}, options?: ErrorOptions) {
    super(message, options);
  }
}
