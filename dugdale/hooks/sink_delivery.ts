import type { DugdaleSink } from "../../config/dugdale/sinks.ts";
import type { JsonObject } from "../../protocol/json_value.ts";
import type { Clock } from "../host/clock.ts";
import { leptirRecord, phpDate } from "../sinks/leptir.ts";
import { MongoSink } from "../sinks/mongodb.ts";
import { NdjsonSink } from "../sinks/ndjson.ts";
import { PostgresSink } from "../sinks/postgres.ts";
import { RedisSink } from "../sinks/redis.ts";
import type { Sink, SinkRecord } from "../sinks/sink.ts";
import type { OutboxEvent } from "../store/outbox.ts";
import { type Deliver, DeliveryError } from "./delivery.ts";
import { webhook } from "./webhook.ts";

/** What a sink is opened with. */
export interface SinkParts {
  readonly sink: DugdaleSink;
  readonly clock: Clock;
  /** Where relative paths begin. */
  readonly root: string;
  readonly version: string;
}

/** A sink as a receiver of events. */
export interface SinkReceiver extends AsyncDisposable {
  readonly deliver: Deliver;
  readonly get: Sink["get"];
}

/** Opens a sink; it connects with its first record. */
export function openSinkReceiver(parts: SinkParts): SinkReceiver {
  const { sink } = parts;
  if (sink.type === "webhook") {
    const post = webhook({ ...parts, hook: sink, contentType: "application/json; charset=utf-8" });
    return {
      deliver: (event, signal) => post({ ...event, body: sinkRecord(event, sink).text }, signal),
      get: undefined,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  const place = openPlace(parts);
  return {
    deliver: async (event, signal) => {
      try {
        await orAborted(place.put(sinkRecord(event, sink), signal), signal);
      } catch (cause) {
        throw new DeliveryError(reasonOf(cause), {}, { cause });
      }
    },
    get: place.get?.bind(place),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

function openPlace({ sink, clock, root }: SinkParts): Sink {
  switch (sink.type) {
    case "redis":
      return new RedisSink(sink);
    case "mongodb":
      return new MongoSink(sink, () => clock.wallMs());
    case "postgres":
      return new PostgresSink(sink);
    case "ndjson":
      return new NdjsonSink(sink, root);
    default:
      throw new TypeError(`a sink of type ${sink.type} is no place`);
  }
}

const DATA = ',"data":';

/** What a sink keeps of an event. */
export function sinkRecord(
  { subject: id, body }: Pick<OutboxEvent, "subject" | "body">,
  { shape, type }: Pick<DugdaleSink, "shape" | "type">,
): SinkRecord {
  // As text, so that numbers keep their digits.
  const text = body.slice(body.indexOf(DATA) + DATA.length, -1);
  if (shape === "record") return { id, text, dates: [] };
  const record = leptirRecord(JSON.parse(text) as JsonObject, type === "mongodb" ? (date) => date : phpDate);
  return { id, text: JSON.stringify(record), dates: ["exStart"] };
}

/** A library may go on trying for longer than a delivery may take. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** The causes are what tells why a library has failed. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.message || error.name;
}
