/** One life of a simulated dugdale, from its start to its crash. @module */
import { setImmediate } from "node:timers/promises";
import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import { DUGDALE_DEFAULTS } from "../../config/dugdale/defaults.ts";
import { type Core, openCore } from "../../dugdale/core.ts";
import { repairRunning } from "../../dugdale/engine/repair.ts";
import { Clock } from "../../dugdale/host/clock.ts";
import { DataDir } from "../../dugdale/host/data_dir.ts";
import { silentLog } from "../../dugdale/host/log.ts";
import { Store } from "../../dugdale/store/store.ts";
import type { RouteKey } from "../../protocol/routes.ts";
import { ROUTES } from "../../protocol/routes.ts";
import type { MemoryDisk } from "../../testing/memory_disk.ts";
import { type ScriptedProcess, ScriptedSpawner } from "../../testing/scripted_spawner.ts";
import type { HandClock } from "../dugdale/hand_clock.ts";

/** When the disk dies: at the commit with that number from now on, before or after it is on the disk. */
export interface Death {
  commits: number;
  readonly after: boolean;
}

/** What outlives a crash. */
export interface Remains {
  readonly file: string;
  readonly disk: MemoryDisk;
  readonly clock: HandClock;
  /** Laid over the default limits. */
  readonly limits?: Partial<DugdaleConfig["limits"]>;
}

/** Turns of the event loop after which nothing is on its way any more, but for timers. */
const TURNS = 4;
/** Milliseconds that the engine's own short timers take together. */
const SHORT_MS = 6;

/** A dugdale that can die at any commit. */
export class Life {
  readonly core: Core;
  readonly #remains: Remains;
  readonly #store: MortalStore;
  readonly #answer: (request: Request) => Promise<Response>;

  private constructor(remains: Remains, onStart: (process: ScriptedProcess) => void) {
    this.#remains = remains;
    const clock = new MortalClock(remains.clock, () => this.dead);
    this.#store = new MortalStore(remains.file, clock);
    const dataDir = new DataDir("/sim", remains.disk);
    dataDir.make();
    this.core = openCore({
      config: {
        ...DUGDALE_DEFAULTS,
        listen: "",
        dataDir: dataDir.root,
        limits: { ...DUGDALE_DEFAULTS.limits, ...remains.limits },
      },
      store: this.#store,
      dataDir,
      clock,
      log: silentLog,
      spawner: new ScriptedSpawner((process) => this.dead || onStart(process)),
      memoryKills: { any: () => false },
      readVariable: () => undefined,
      criticalError: () => undefined,
    });
    const admit = (_: Request, key: RouteKey) =>
      ({ scope: ROUTES[key].scope === "none" ? "none" : "admin", address: "", ip: "" }) as const;
    const app = this.core.app(admit);
    const remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
    this.#answer = (request) => app.answer(request, { remoteAddr, completed: Promise.resolve() });
  }

  /** Starts a dugdale on what the last one left. @param onStart Plays each process. */
  static async begin(remains: Remains, onStart: (process: ScriptedProcess) => void): Promise<Life> {
    const life = new Life(remains, onStart);
    const { parts, engine, staging, applied } = life.core;
    await life.#driven(repairRunning(parts, engine));
    await life.#driven(staging.repair());
    await life.#driven(staging.clean(new AbortController().signal, Infinity));
    applied.replay();
    return life;
  }

  /** Begins to fire schedules. */
  async fire(): Promise<void> {
    await this.#driven(this.core.schedules.start());
  }

  /** Whether it has crashed: nothing that it does counts any more. */
  get dead(): boolean {
    return this.#store.dead;
  }

  /** Sends a request and waits until nothing happens any more; undefined when the answer was lost in a crash. */
  async send(method: string, path: string, options: RequestOptions = {}): Promise<Reply | undefined> {
    const { body, key, raw } = options;
    const headers = new Headers({ "content-type": "application/json" });
    if (key !== undefined) headers.set("idempotency-key", key);
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const init = { method, headers, ...(text === undefined ? {} : { body: text }) };
    const asked = this.#answer(new Request(`http://sim${path}`, init)).then(async (response) => {
      const text = await response.text();
      return { status: response.status, text, dead: this.dead };
    });
    const reply = await this.#driven(asked);
    return reply === undefined || reply.dead ? undefined : reply;
  }

  /** Reads something. Unlike {@linkcode send} it lets no time pass. Undefined when a crash has come meanwhile. */
  async read(path: string): Promise<string | undefined> {
    const response = await this.#answer(new Request(`http://sim${path}`));
    const text = await response.text();
    return this.dead ? undefined : text;
  }

  /** Lets everything happen that can happen without more time than the engine's own short timers take. */
  async settle(): Promise<void> {
    for (let ms = 0; ms < SHORT_MS; ms++) {
      for (let turn = 0; turn < TURNS; turn++) await setImmediate();
      this.#remains.clock.advance(1);
    }
  }

  /** Lets the disk die at a coming commit. */
  die(death: Death): void {
    this.#store.death = death;
  }

  /** Crashes now. */
  crash(): void {
    this.#store.crash();
  }

  /** Waits for something while the time goes on; undefined when a crash has come between. */
  async #driven<T>(work: Promise<T>): Promise<T | undefined> {
    let result: T | undefined, failure: unknown, over = false;
    work.then((value) => (result = value, over = true), (error) => (failure = error, over = true));
    for (let tries = 0; !over && !this.dead; tries++) {
      if (tries === 1000) throw new Error("nothing happens any more, and the answer has not come");
      await this.settle();
    }
    await this.settle();
    if (failure !== undefined && !this.dead) throw failure;
    return result;
  }
}

/** What a request says beside its path. */
export interface RequestOptions {
  readonly body?: unknown;
  /** Its text, instead of `body`. */
  readonly raw?: string;
  readonly key?: string;
}

/** An answer that has come before any crash. */
export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** Timers of a dead dugdale do nothing. */
class MortalClock extends Clock {
  readonly #clock: Clock;
  readonly #isDead: () => boolean;

  constructor(clock: Clock, isDead: () => boolean) {
    super();
    this.#clock = clock;
    this.#isDead = isDead;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  steadyMs(): number {
    return this.#clock.steadyMs();
  }

  after(ms: number, action: () => void): Disposable {
    return this.#clock.after(ms, () => this.#isDead() || action());
  }
}

/** A store whose disk can die. What was not committed by then is gone. */
class MortalStore extends Store {
  death: Death | undefined;
  dead = false;

  constructor(file: string, clock: Clock) {
    super(file, DUGDALE_DEFAULTS.limits.cacheSize, clock);
  }

  override flush(): void {
    if (this.dead) return;
    const dies = this.death !== undefined && this.death.commits-- <= 0;
    if (!dies) return super.flush();
    // What is committed by a dead dugdale is on the disk, but no answer tells of it.
    this.dead = this.death?.after ?? false;
    if (this.dead) super.flush();
    this.crash();
  }

  crash(): void {
    this.dead = true;
    if (this.db.isOpen) this.db.close();
  }
}
