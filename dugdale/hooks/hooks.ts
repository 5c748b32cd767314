import { hostname } from "node:os";
import type { DugdaleHook } from "../../config/dugdale/hooks.ts";
import type { EngineParts } from "../engine/parts.ts";
import type { Transition } from "../engine/transitions.ts";
import { VERSION } from "../version.ts";
import type { Deliver } from "./delivery.ts";
import { cloudEvent, type MissionEvent, missionEvents, typesOf } from "./mission_events.ts";
import { Sender, type SenderParts } from "./sender.ts";

/** What hooks work with. */
export interface HooksParts extends
  Pick<
    EngineParts,
    "store" | "transitions" | "clock" | "log" | "config" | "spawner" | "dataDir" | "readVariable"
  >,
  Pick<SenderParts, "onDelivery"> {}

/** A receiver and what it is told. */
interface Target {
  readonly name: string;
  readonly on: ReadonlySet<string>;
  readonly lanes: ReadonlySet<string>;
  readonly byRequest: boolean;
  readonly sender: Sender;
}

/**
 * Tells receivers outside of what happens to missions. Each event is put into the outbox in the transaction of its
 * change, so that it is neither lost nor told of a change that was undone; it is sent after the commit, until a receiver
 * has taken it. Without receivers there is no statement and no timer.
 */
export class Hooks implements AsyncDisposable {
  readonly #parts: HooksParts;
  readonly #targets: readonly Target[];
  /** The types that any target wants. */
  readonly #wanted: ReadonlySet<string>;
  /** Those that have got an event in a transaction that is being made, or was made last. */
  readonly #fed = new Set<Target>();
  readonly #source: string;

  constructor(parts: HooksParts) {
    this.#parts = parts;
    this.#targets = Object.entries(parts.config.hooks).map(([name, hook]) => this.#target(name, hook));
    this.#wanted = new Set(this.#targets.flatMap(({ on }) => [...on]));
    this.#source = this.#targets.length === 0 ? "" : `letts://${hostname()}`;
    if (this.#targets.length === 0) return;
    parts.transitions.within((transition) => this.#write(transition));
    parts.transitions.listen(() => this.#wakeFed());
  }

  /** Begins to send, with what was left by an earlier dugdale. */
  start(): void {
    for (const { sender } of this.#targets) sender.start();
  }

  /** Sends nothing more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#targets.map(({ sender }) => sender[Symbol.asyncDispose]()));
  }

  #target(name: string, hook: DugdaleHook): Target {
    const { timeoutMs, retry, on, lanes, byRequest } = hook;
    const { store, clock, log, onDelivery } = this.#parts;
    const deliver = this.#deliver(name, hook);
    const sender = new Sender({ target: name, deliver, timeoutMs, retry, store, clock, log, onDelivery });
    return { name, on: new Set(on), lanes: new Set(lanes), byRequest, sender };
  }

  /** What is needed for a delivery is loaded with the first one. */
  #deliver(name: string, hook: DugdaleHook): Deliver {
    const make = async (): Promise<Deliver> =>
      hook.url === ""
        ? (await import("./command.ts")).command({ ...this.#parts, name, hook })
        : (await import("./webhook.ts")).webhook({ ...this.#parts, hook, version: VERSION.version });
    let made: Promise<Deliver> | undefined;
    return async (event, signal) => await (await (made ??= make()))(event, signal);
  }

  #write(transition: Transition): void {
    if (!typesOf(transition).some((type) => this.#wanted.has(type))) return;
    const { store } = this.#parts;
    for (const event of missionEvents(transition, store)) {
      const targets = this.#targets.filter((target) => this.#isTold(target, event));
      if (targets.length === 0) continue;
      const told = cloudEvent(event, store, this.#source);
      for (const target of targets) {
        store.outbox.add(target.name, told);
        this.#fed.add(target);
      }
    }
  }

  #isTold({ on, lanes, byRequest, sender }: Target, { type, row }: MissionEvent): boolean {
    if (!on.has(type) || sender.off !== undefined) return false;
    return !byRequest && (lanes.size === 0 || lanes.has(row.lane));
  }

  #wakeFed(): void {
    if (this.#fed.size === 0) return;
    const fed = [...this.#fed];
    this.#fed.clear();
    for (const { sender } of fed) sender.wake();
  }
}
