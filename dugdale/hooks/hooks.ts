import { hostname } from "node:os";
import type { DugdaleHook } from "../../config/dugdale/hooks.ts";
import type { DugdaleSink, SinkState } from "../../config/dugdale/sinks.ts";
import type { JsonObject } from "../../protocol/json_value.ts";
import { quote } from "../../protocol/clip.ts";
import {
  type HookRecord,
  type HookTestReply,
  MISSION_EVENTS,
  type MissionEventType,
} from "../../protocol/hooks.ts";
import type { EngineParts } from "../engine/parts.ts";
import type { Transition } from "../engine/transitions.ts";
import { ProblemError } from "../problem_error.ts";
import type { OutboxEvent, OutboxRow } from "../store/outbox.ts";
import { VERSION } from "../version.ts";
import type { Deliver } from "./delivery.ts";
import { EventStreams } from "./event_stream.ts";
import { cloudEvent, cloudEventHead, type MissionEvent, missionEvents, typesOf } from "./mission_events.ts";
import type { SinkReceiver } from "./sink_delivery.ts";
import { Sender, type SenderParts } from "./sender.ts";

/** What hooks work with. */
export interface HooksParts extends
  Pick<
    EngineParts,
    "store" | "transitions" | "clock" | "log" | "config" | "spawner" | "dataDir" | "readVariable" | "ids"
  >,
  Pick<SenderParts, "onDelivery"> {}

/** A receiver and what it is told. */
interface Target {
  readonly name: string;
  /** How events are delivered, and where to, without secrets. */
  readonly type: string;
  readonly to: string;
  readonly on: ReadonlySet<string>;
  readonly lanes: ReadonlySet<string>;
  readonly byRequest: boolean;
  readonly sender: Sender;
  /** Of a sink: opens it. */
  readonly receiver: (() => Promise<SinkReceiver>) | undefined;
  readonly isOpen?: () => boolean;
  /** About how many events wait; counted again after a thousand more. */
  backlog: number;
  /** How many have been added since. */
  added: number;
}

/** The events that change the state of a record. */
const STATES: Readonly<Record<SinkState, readonly MissionEventType[]>> = {
  queued: ["mission.queued", "mission.retrying"],
  running: ["mission.starting"],
  done: ["mission.done"],
};
/** Events that are no end are left out while so many wait for a target. */
const BACKLOG_MAX = 100_000;
/** The backlog of a target is counted each time that so many events have been added. */
const RECOUNT = 1_000;
/** Of all events, those that cannot be left out. */
const ENDS: ReadonlySet<string> = new Set(
  MISSION_EVENTS.filter((type) => !/\.(?:queued|starting|retrying)$/.test(type)),
);
/** Old dead events are looked for so often. */
const PURGE_MS = 3_600_000, PURGE_MAX = 1_000;
const REDRIVE_MAX = 1_000;

/**
 * Tells receivers outside of what happens to missions. Each event is put into the outbox in the transaction of its
 * change, so that it is neither lost nor told of a change that was undone; it is sent after the commit, until a receiver
 * has taken it. Without receivers there is no statement and no timer.
 */
export class Hooks implements AsyncDisposable {
  readonly #parts: HooksParts;
  readonly #targets: ReadonlyMap<string, Target>;
  /** The types that any target wants. */
  readonly #wanted: ReadonlySet<string>;
  /** Those that have got an event in a transaction that is being made, or was made last. */
  readonly #fed = new Set<Target>();
  readonly #streams = new EventStreams();
  /** What streams tell of a transition once it is on disk. */
  readonly #streamed = new WeakMap<Transition, readonly OutboxEvent[]>();
  readonly #timers = new DisposableStack();
  #source: string | undefined;

  constructor(parts: HooksParts) {
    this.#parts = parts;
    const { hooks, sinks } = parts.config;
    const targets = [
      ...Object.entries(hooks).map(([name, hook]) => this.#hook(name, hook)),
      ...Object.entries(sinks).map(([name, sink]) => this.#sink(name, sink)),
    ];
    this.#targets = new Map(
      targets.sort((a, b) => a.name < b.name ? -1 : 1).map((target) => [target.name, target]),
    );
    this.#wanted = new Set(this.#targets.values().flatMap(({ on }) => [...on]));
    parts.transitions.within((transition) => this.#write(transition));
    parts.transitions.listen((transition) => this.#tell(transition));
  }

  /** Begins to send, with what was left by an earlier dugdale. */
  start(): void {
    if (this.#targets.size === 0) return;
    this.#purge();
    this.#timers.use(this.#parts.clock.every(PURGE_MS, () => this.#purge()));
    for (const { sender } of this.#targets.values()) sender.start();
  }

  /** Events as they happen, one JSON object a line. @param from Id of the last event that is known. */
  stream(on: ReadonlySet<string>, from: string | undefined): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#streams.open({ on, from });
  }

  /** Ends all streams. */
  closeStreams(): void {
    this.#streams.close();
  }

  /** All hooks, by name. */
  list(): HookRecord[] {
    if (this.#targets.size === 0) return [];
    const counts = new Map(this.#parts.store.outbox.counts().map((count) => [count.target, count]));
    return [...this.#targets.values()].map(({ name, type, to, on, lanes, byRequest, sender }) => ({
      name,
      type,
      to,
      on: [...on],
      ...(lanes.size === 0 ? {} : { lanes: [...lanes] }),
      ...(byRequest ? { by_request: true } : {}),
      off: sender.off,
      pending: counts.get(name)?.pending ?? 0,
      oldest_at: counts.get(name)?.oldest ?? undefined,
      dead: counts.get(name)?.dead ?? 0,
      delivered_at: sender.lastDeliveredMs,
      last_error: sender.lastError,
    }));
  }

  /** Events that were given up, the oldest first. @throws {ProblemError} `hook_not_found` */
  dead(name: string, after: number, limit: number): OutboxRow[] {
    this.#find(name);
    return this.#parts.store.outbox.dead(name, after, limit);
  }

  /**
   * Delivers dead events once more and turns the hook on; answers how many there are.
   *
   * @param ids Default: the oldest thousand.
   * @param record Writes a record of the action, in its transaction.
   * @throws {ProblemError} `hook_not_found`
   */
  async redrive(name: string, ids: readonly number[] | undefined, record?: () => void): Promise<number> {
    const { sender } = this.#find(name);
    const { store, clock } = this.#parts;
    const redriven = await store.write(() => {
      record?.();
      const all = ids ?? store.outbox.dead(name, 0, REDRIVE_MAX).map(({ id }) => id);
      const nowMs = clock.wallMs();
      return all.filter((id) => store.outbox.revive(name, id, nowMs)).length;
    });
    sender.turnOn();
    return redriven;
  }

  /** Delivers an event of the type `hook.test` at once. @throws {ProblemError} `hook_not_found` */
  async test(name: string): Promise<HookTestReply> {
    const { sender } = this.#find(name);
    const { clock, ids } = this.#parts;
    const time = clock.wallMs();
    const subject = ids.mission();
    const head = { event: `${subject}_test`, type: "hook.test", subject, time };
    const body = `${cloudEventHead(head, this.#sourceUri())},"data":{"hook":${JSON.stringify(name)}}}`;
    const startedMs = clock.steadyMs();
    const failure = await sender.deliverNow({ ...head, body }).then(() => undefined, (error: Error) => error);
    const duration_ms = Math.round(clock.steadyMs() - startedMs);
    return { ok: failure === undefined, error: failure?.message, duration_ms };
  }

  /**
   * The record of a mission in a sink; undefined when it has none.
   *
   * @throws {ProblemError} `sink_not_found`, `bad_request` for a sink that cannot be read, `io_error` when it fails.
   */
  async read(name: string, id: string): Promise<JsonObject | undefined> {
    const target = this.#targets.get(name);
    if (target?.receiver === undefined) {
      throw new ProblemError("sink_not_found", `there is no sink ${quote(name)}`);
    }
    const { get } = await target.receiver();
    if (get === undefined) throw new ProblemError("bad_request", `sink ${quote(name)} cannot be read`);
    try {
      return await get(id);
    } catch (cause) {
      throw new ProblemError("io_error", `sink ${quote(name)} failed`, { cause });
    }
  }

  /** Sends nothing more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#timers.dispose();
    this.closeStreams();
    await Promise.all(
      this.#targets.values().map(async ({ sender, receiver, isOpen }) => {
        await sender[Symbol.asyncDispose]();
        if (isOpen?.()) await (await receiver?.())?.[Symbol.asyncDispose]();
      }),
    );
  }

  /** @throws {ProblemError} `hook_not_found` */
  #find(name: string): Target {
    const target = this.#targets.get(name);
    if (target !== undefined) return target;
    throw new ProblemError("hook_not_found", `there is no hook ${quote(name)}`);
  }

  #hook(name: string, hook: DugdaleHook): Target {
    // What is needed for a delivery is loaded with the first one.
    const deliver = once(async (): Promise<Deliver> =>
      hook.url === ""
        ? (await import("./command.ts")).command({ ...this.#parts, name, hook })
        : (await import("./webhook.ts")).webhook({ ...this.#parts, hook, version: VERSION.version })
    );
    const [type, to] = hook.url === "" ? ["command", hook.command[0] ?? ""] : ["webhook", shownUrl(hook.url)];
    return { ...this.#target(name, hook, deliver), type, to, byRequest: hook.byRequest, receiver: undefined };
  }

  #sink(name: string, sink: DugdaleSink): Target {
    const { clock, dataDir } = this.#parts;
    let opened = false;
    const receiver = once(async () => {
      opened = true;
      const { openSinkReceiver } = await import("./sink_delivery.ts");
      return openSinkReceiver({ sink, clock, root: dataDir.root, version: VERSION.version });
    });
    const on = sink.on.flatMap((state) => STATES[state]);
    const target = this.#target(name, { ...sink, on }, async () => (await receiver()).deliver);
    const to = sink.url === "" ? sink.path : shownUrl(sink.url);
    return { ...target, type: sink.type, to, byRequest: false, receiver, isOpen: () => opened };
  }

  #target(
    name: string,
    { on, lanes, timeoutMs, retry }: Pick<DugdaleHook, "on" | "lanes" | "timeoutMs" | "retry">,
    open: () => Promise<Deliver>,
  ): Pick<Target, "name" | "on" | "lanes" | "sender" | "backlog" | "added"> {
    const { store, clock, log, onDelivery } = this.#parts;
    const deliver: Deliver = async (event, signal) => await (await open())(event, signal);
    const sender = new Sender({ target: name, deliver, timeoutMs, retry, store, clock, log, onDelivery });
    return { name, on: new Set(on), lanes: new Set(lanes), sender, backlog: 0, added: RECOUNT };
  }

  /** In the transaction of the change. */
  #write(transition: Transition): void {
    const { used } = this.#streams;
    if (!used && !typesOf(transition).some((type) => this.#wanted.has(type))) return;
    const { store } = this.#parts;
    const streamed: OutboxEvent[] = [];
    for (const event of missionEvents(transition, store)) {
      const targets = [...this.#targets.values()].filter((target) => this.#isTold(target, event));
      if (targets.length === 0 && !used) continue;
      const told = cloudEvent(event, store, this.#sourceUri());
      for (const target of targets) this.#add(target, told);
      streamed.push(told);
    }
    if (used) this.#streamed.set(transition, streamed);
  }

  #add(target: Target, event: OutboxEvent): void {
    const { outbox } = this.#parts.store;
    // Counting takes milliseconds when there are many.
    if (++target.added > RECOUNT) {
      target.backlog = outbox.pending(target.name, BACKLOG_MAX);
      target.added = 0;
    }
    if (target.backlog === BACKLOG_MAX && !ENDS.has(event.type)) return;
    outbox.add(target.name, event);
    this.#fed.add(target);
  }

  #isTold({ name, on, lanes, byRequest, sender }: Target, { type, row }: MissionEvent): boolean {
    if (!on.has(type) || sender.off !== undefined) return false;
    if (!byRequest && (lanes.size === 0 || lanes.has(row.lane))) return true;
    return this.#parts.store.missions.plan(row.id)?.notify === name;
  }

  /** After the commit of the change. */
  #tell(transition: Transition): void {
    for (const event of this.#streamed.get(transition) ?? []) this.#streams.publish(event);
    if (this.#fed.size === 0) return;
    const fed = [...this.#fed];
    this.#fed.clear();
    for (const { sender } of fed) sender.wake();
  }

  #purge(): void {
    const { store, clock, config, log } = this.#parts;
    const names = [...this.#targets.keys()];
    const beforeMs = clock.wallMs() - config.cleanup.failedTtlMs;
    store.write(() => store.outbox.purge(names, beforeMs, PURGE_MAX)).catch((err) =>
      log.error("db_error", { op: "purge_outbox", err })
    );
  }

  /** The host name is asked for when there is something to tell: an embedded dugdale may not be allowed to. */
  #sourceUri(): string {
    return this.#source ??= `letts://${hostname()}`;
  }
}

/** Calls a function with the first call, and answers the same from then on. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/** Without what may be secret. */
function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
