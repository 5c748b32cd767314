import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import type { AuditRecord } from "../../protocol/audit.ts";
import type { Clock } from "../host/clock.ts";
import { nextTurn } from "../host/clock.ts";
import type { Log } from "../host/log.ts";
import type { ProblemError } from "../problem_error.ts";
import type { AuditFilter, AuditRow } from "../store/audit.ts";
import type { Store } from "../store/store.ts";
import { actorOf, type Call, type Caller } from "./call.ts";

/** Details of an action. */
export type Facts = Readonly<Record<string, unknown>>;

/** What an audit is made of. */
export interface AuditParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<DugdaleConfig, "audit">;
  /** Gets each record as a line of JSON, once it is committed. Default: none. */
  readonly sink?: ((line: string) => void) | undefined;
}

/** An action that is about to be done. */
export interface Action {
  /** Such as `mission.kill`. */
  readonly action: string;
  /** Id or name of what it is done to. */
  readonly target?: string | undefined;
  readonly facts?: Facts | undefined;
}

/** A request that was refused for lack of rights. */
export interface Refusal {
  readonly actor: string;
  /** Address of the client. */
  readonly address: string;
  readonly method: string;
  /** Template of the route. */
  readonly route: string;
  readonly problem: Pick<ProblemError, "code" | "details">;
}

type Who = Pick<AuditRow, "actor" | "address">;

/** An action whose audit record is being made. */
export interface AuditedAction {
  /** Writes the record; to be called in the transaction of the action. Does nothing when the audit is off. */
  readonly within: (facts?: Facts) => void;
  /**
   * To be called after the action: writes the record if {@linkcode within} has not, and passes it on.
   *
   * @param facts Further details for the log.
   */
  done(facts?: Facts): Promise<void>;
}

/** Refusals of one kind within this time become one record. */
const REFUSALS_MS = 60_000;
/** Maximum number of kinds of refusals that are told apart in this time. */
const REFUSALS_MAX = 1000;

/** Records of actions: in the log always, in the table `audit` and its sink when the audit is on. */
export class Audit implements Disposable {
  readonly #parts: AuditParts;
  /** Refusals since their last record. */
  readonly #refusals = new Map<string, { readonly refusal: Refusal; count: number }>();
  readonly #followers = new Set<() => void>();
  #timer: Disposable | undefined;
  #closed = false;

  constructor(parts: AuditParts) {
    this.#parts = parts;
  }

  /** Logs an action with its actor; never a token. */
  log({ caller, request }: Pick<Call, "caller" | "request">, action: string, facts: Facts): void {
    this.#parts.log.info(action, {
      audit: true,
      action,
      actor: actorOf(caller),
      remote_addr: caller.address,
      forwarded_for: request.headers.get("x-forwarded-for") ?? undefined,
      ...facts,
    });
  }

  /** Begins the record of an action of a caller. */
  begin(call: Pick<Call, "caller" | "request">, action: Action): AuditedAction {
    return new Audited(this, call.caller, action, (facts) => this.log(call, action.action, facts));
  }

  /** Whether dispatches are recorded. */
  get recordsDispatches(): boolean {
    const { enabled, dispatches } = this.#parts.config.audit;
    return enabled && dispatches;
  }

  /** Begins the record of an action that is not logged here; undefined when the audit is off. */
  quietly({ caller }: Pick<Call, "caller">, action: Action): AuditedAction | undefined {
    return this.#parts.config.audit.enabled ? new Audited(this, caller, action) : undefined;
  }

  /** Records a refusal. Equal ones within a minute are counted, so that a flood of them does not fill the disk. */
  refused(refusal: Refusal): void {
    if (!this.#parts.config.audit.enabled || this.#closed) return;
    const { actor, address, method, route, problem } = refusal;
    const kind = [actor, address, method, route, problem.code].join("\n");
    const key = this.#refusals.size < REFUSALS_MAX || this.#refusals.has(kind) ? kind : "";
    const known = this.#refusals.get(key);
    if (known !== undefined) {
      known.count++;
      return;
    }
    this.#refusals.set(key, { refusal, count: 0 });
    void this.#addRefusal(refusal);
    this.#timer ??= this.#parts.clock.after(REFUSALS_MS, () => this.#addRepeated());
  }

  /** Writes a row within a transaction; undefined when the audit is off. */
  add(who: Who, { action, target, facts = {} }: Action): AuditRow | undefined {
    const { store, clock, config } = this.#parts;
    if (!config.audit.enabled) return undefined;
    const row = {
      ...who,
      time: clock.wallMs(),
      action,
      target: target ?? null,
      facts: JSON.stringify(facts),
    };
    return { id: store.audit.add(row), ...row };
  }

  /** Writes a row in a transaction of its own. Never rejects: the action is done already. */
  async addAlone(who: Who, action: Action): Promise<void> {
    const { store, log, config } = this.#parts;
    if (!config.audit.enabled) return;
    try {
      this.committed(await store.writeSoon(() => this.add(who, action)));
    } catch (err) {
      log.error("db_error", { op: "audit", err });
    }
  }

  /** Passes a row on that has been committed. */
  committed(row: AuditRow | undefined): void {
    if (row === undefined) return;
    this.#parts.sink?.(textOf(row));
    for (const changed of this.#followers) changed();
  }

  /** The records after an id, one JSON object for each line, until `follow` ends it. */
  open(from: number, filter: AuditFilter, follow: boolean): ReadableStream<Uint8Array<ArrayBuffer>> {
    const { audit } = this.#parts.store;
    const encoder = new TextEncoder();
    let position = from;
    let wake: (() => void) | undefined;
    const changed = (): void => wake?.();
    if (follow) this.#followers.add(changed);
    const end = (): void => {
      this.#followers.delete(changed);
      wake?.();
    };
    const pull = async (
      controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
    ): Promise<void> => {
      for (;;) {
        const chunk = audit.after(position, filter);
        if (chunk === undefined) {
          if (!this.#followers.has(changed) || this.#closed) return controller.close();
          await new Promise<void>((resolve) => wake = resolve);
          continue;
        }
        position = chunk.next;
        if (chunk.rows.length > 0) return controller.enqueue(encoder.encode(chunk.rows.map(textOf).join("")));
        await nextTurn();
      }
    };
    return new ReadableStream({ pull, cancel: end }, { highWaterMark: 0 });
  }

  /** Ends the streams of followers and records the refusals counted so far. */
  close(): void {
    if (this.#closed) return;
    this.#addRepeated();
    this.#closed = true;
    for (const changed of this.#followers) changed();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #addRefusal({ actor, address, method, route, problem }: Refusal, repeated?: number): Promise<void> {
    const { code, details } = problem;
    const facts = { method, route, error: code, ...(details && { details }), ...(repeated && { repeated }) };
    await this.addAlone({ actor, address }, { action: "refused", facts });
  }

  #addRepeated(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    const refusals = [...this.#refusals.values()];
    this.#refusals.clear();
    for (const { refusal, count } of refusals) if (count > 0) void this.#addRefusal(refusal, count);
  }
}

class Audited implements AuditedAction {
  readonly #audit: Audit;
  readonly #who: Who;
  readonly #log: ((facts: Facts) => void) | undefined;
  #action: Action;
  #row: AuditRow | undefined;
  #written = false;

  /** @param log Default: the action is not logged. */
  constructor(audit: Audit, caller: Caller, action: Action, log?: (facts: Facts) => void) {
    this.#audit = audit;
    this.#who = { actor: actorOf(caller), address: caller.ip };
    this.#action = action;
    this.#log = log;
  }

  readonly within = (facts?: Facts): void => {
    this.#add(facts);
    this.#row = this.#audit.add(this.#who, this.#action);
    this.#written = true;
  };

  async done(facts?: Facts): Promise<void> {
    this.#add(facts);
    this.#log?.(this.#action.facts ?? {});
    if (this.#written) this.#audit.committed(this.#row);
    else await this.#audit.addAlone(this.#who, this.#action);
  }

  #add(facts: Facts | undefined): void {
    if (facts !== undefined) this.#action = { ...this.#action, facts: { ...this.#action.facts, ...facts } };
  }
}

function textOf({ id, time, actor, address, action, target, facts }: AuditRow): string {
  const record: Omit<AuditRecord, "facts"> = {
    id,
    time,
    actor,
    address,
    action,
    ...(target === null ? {} : { target }),
  };
  return `${JSON.stringify(record).slice(0, -1)},"facts":${facts}}\n`;
}

/** The refusal of a request whose caller is known. */
export function refusalOf(
  caller: Pick<Caller, "scope" | "token" | "ip">,
  request: Pick<Refusal, "method" | "route" | "problem">,
): Refusal {
  return { actor: actorOf(caller), address: caller.ip, ...request };
}
