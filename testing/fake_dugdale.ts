/**
 * A dugdale for tests: the real one, with database and files in memory and functions as processes.
 *
 * @module
 */
import type { DugdaleConfig } from "../config/dugdale/config.ts";
import { DUGDALE_DEFAULTS } from "../config/dugdale/defaults.ts";
import { type Core, openCore } from "../dugdale/core.ts";
import { systemClock } from "../dugdale/host/clock.ts";
import { DataDir } from "../dugdale/host/data_dir.ts";
import { silentLog } from "../dugdale/host/log.ts";
import type { App, Connection } from "../dugdale/http/app.ts";
import type { Caller } from "../dugdale/http/call.ts";
import { Tokens } from "../dugdale/http/auth.ts";
import { GUARDED } from "../dugdale/http/gate.ts";
import { Router } from "../dugdale/http/router.ts";
import { ProblemError } from "../dugdale/problem_error.ts";
import { Store } from "../dugdale/store/store.ts";
import type { LaneSettings } from "../protocol/lane.ts";
import { isLaneName, type MissionId, parseMissionId } from "../protocol/names.ts";
import { type RouteKey, ROUTES } from "../protocol/routes.ts";
import { type FakeEnd, type FakeMission, StoredMission } from "./fake_mission.ts";
import { type Fault, Faults, withFault } from "./faults.ts";
import { MemoryDisk } from "./memory_disk.ts";
import { type ScriptedProcess, ScriptedSpawner } from "./scripted_spawner.ts";
import { type FakeScript, playScript } from "./scripts.ts";

/** The tokens of a fake dugdale, by scope. */
export interface FakeTokens {
  /** Default: no token has this scope. */
  readonly dispatch?: string | undefined;
  /** As `dispatch`. */
  readonly exec?: string | undefined;
  /** As `dispatch`. */
  readonly admin?: string | undefined;
}

/** Options of a fake dugdale. */
export interface FakeDugdaleOptions {
  /** Default: every request is accepted, as with an admin token. */
  readonly tokens?: FakeTokens | undefined;
}

/** Does not exist on disk: the files are in memory. */
const ROOT = "/fake";
/** Settings of a lane that was not applied. */
const ROOM_FOR_ALL = 1_000_000;
const CONNECTION: Connection = {
  remoteAddr: { transport: "tcp", hostname: "127.0.0.1", port: 1 },
  completed: Promise.resolve(),
};
const router = new Router(ROUTES);

/**
 * A dugdale for tests. It is the real one, but its database and files are in memory, scripts given by the test run
 * instead of processes, and it fails on request. Until a configuration is applied, lanes are created by the first
 * mission sent to them, with unlimited concurrency. Nothing expires.
 *
 * It uses only memory. Dispose of it to make sure that no script is running any more.
 *
 * @example
 * ```ts
 * const dugdale = new FakeDugdale();
 * dugdale.on("resize", ({ input, progress }) => {
 *   progress(0.5);
 *   return { bytes: 7 };
 * });
 * dugdale.fail({ route: "dispatch", code: "queue_full" });
 * ```
 */
export class FakeDugdale implements AsyncDisposable {
  readonly #disk = new MemoryDisk();
  readonly #store: Store;
  readonly #core: Core;
  readonly #app: App<typeof ROUTES>;
  readonly #missions = new Map<MissionId, FakeMission>();
  readonly #scripts = new Map<string, FakeScript>();
  readonly #faults = new Faults();
  readonly #requests: string[] = [];
  #fallback: FakeScript = ({ mission }) => {
    throw new RangeError(`the fake dugdale has no script for "${mission}"`);
  };
  /** Lanes created by their first mission; undefined once a configuration was applied. */
  #freeLanes: Set<string> | undefined = new Set();

  /** Creates a dugdale without missions. @throws {Error} When the runtime has no `node:sqlite`. */
  constructor({ tokens }: FakeDugdaleOptions = {}) {
    const config = toConfig(tokens);
    const dataDir = new DataDir(ROOT, this.#disk);
    dataDir.make();
    this.#store = new Store(":memory:", config.limits.cacheSize);
    this.#core = openCore({
      config,
      dataDir,
      store: this.#store,
      clock: systemClock,
      log: silentLog,
      spawner: new ScriptedSpawner((process) => this.#play(process)),
      memoryKills: { any: () => false },
      readVariable: () => undefined,
      criticalError: () => undefined,
    });
    this.#listen();
    this.#app = this.#core.app(tokens === undefined ? admitAll : admitKnown(new Tokens(config)));
  }

  /** All accepted missions, in order. */
  get missions(): readonly FakeMission[] {
    return [...this.#missions.values()];
  }

  /** Method and path with query of all requests so far. */
  get requests(): readonly string[] {
    return this.#requests;
  }

  /** Defines what a mission does, or its fixed end. `exec` stands for every command. */
  on(mission: string, script: FakeScript | FakeEnd): this {
    this.#scripts.set(mission, toScript(script));
    return this;
  }

  /** Defines what all other missions do. Without this they fail. */
  onAnyOther(script: FakeScript | FakeEnd): this {
    this.#fallback = toScript(script);
    return this;
  }

  /** Adds a fault for coming requests. Faults are used up in the order in which they were added. */
  fail(fault: Fault): this {
    this.#faults.add(fault);
    return this;
  }

  /** Handles a request. Rejects, as `fetch` does, when a fault drops the connection. */
  async handle(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    this.#requests.push(`${request.method} ${pathname}${search}`);
    const route = routeOf(request.method, pathname);
    const fault = route === undefined ? undefined : this.#faults.take(route);
    return await withFault(fault, request.signal, async () => {
      await this.#prepare(route, request);
      return await this.#app.answer(request, CONNECTION);
    });
  }

  /** Ends everything that runs and closes the dugdale; requests then fail. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { engine, parts } = this.#core;
    this.#core.drain();
    for (const run of engine.live) run.kill.kill("dugdale_shutdown");
    await engine.idle();
    parts.followers.close();
    await this.#core[Symbol.asyncDispose]();
    this.#store[Symbol.dispose]();
  }

  #play(process: ScriptedProcess): void {
    const { LETTS_MISSION_ID, LETTS_EXEC_ID } = process.request.env;
    const { order } = this.#missions.get(parseMissionId(LETTS_MISSION_ID ?? LETTS_EXEC_ID ?? ""))!;
    void playScript(process, this.#scripts.get(order.mission) ?? this.#fallback, order, this.#disk);
  }

  /** Updates {@linkcode missions}. */
  #listen(): void {
    const { parts } = this.#core;
    const ends = new Map<number, () => void>();
    parts.transitions.listen((transition) => {
      switch (transition.change) {
        case "queued": {
          const { missionId } = transition.mission;
          const { promise: ended, resolve } = Promise.withResolvers<void>();
          ends.set(this.#store.missions.find(missionId)!.id, resolve);
          this.#missions.set(missionId, new StoredMission(missionId, ended, parts, this.#disk));
          break;
        }
        case "done":
          return ends.get(transition.mission.id)?.();
        case "deleting":
          return ends.get(transition.id)?.();
      }
    });
  }

  /** Creates the lane of a mission that is sent before a configuration was applied. */
  async #prepare(route: RouteKey | undefined, request: Request): Promise<void> {
    const free = this.#freeLanes;
    if (free === undefined) return;
    const { applied } = this.#core;
    const reads = route === "dispatch" || route === "dispatchBatch" || route === "execDispatch" ||
      route === "apply";
    const named = reads ? await request.clone().json().catch(() => undefined) : undefined;
    const sent: readonly unknown[] = Array.isArray(named?.missions) ? named.missions : [named];
    const keep = { force: true, prune: true, forcePrune: true };
    if (route === "apply") {
      // A lane that was created by a mission and is not applied is removed with its missions.
      this.#freeLanes = undefined;
      const kept = [...free].filter((name) => Object.hasOwn(named?.lanes ?? {}, name));
      await applied.apply({ lanes: roomy(kept) }, keep);
      return;
    }
    const lanes = sent.map(laneOf).filter(isLane).filter((name) => !free.has(name));
    if (applied.current === undefined || lanes.length > 0) {
      for (const name of lanes) free.add(name);
      await applied.apply({ lanes: roomy([...free]) }, keep);
    }
  }
}

function routeOf(method: string, pathname: string): RouteKey | undefined {
  try {
    return router.match(method, pathname).route;
  } catch (error) {
    // Reported by the application itself.
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function roomy(names: readonly string[]): Record<string, LaneSettings> {
  return Object.fromEntries(names.map((name) => [name, { concurrency: ROOM_FOR_ALL }]));
}

/** The lane named by a dispatch, if any. */
function laneOf(dispatch: unknown): unknown {
  return typeof dispatch === "object" && dispatch !== null && "lane" in dispatch ? dispatch.lane : undefined;
}

function isLane(name: unknown): name is string {
  return typeof name === "string" && isLaneName(name);
}

function admitAll(_request: Request, key: RouteKey): Caller {
  return { scope: ROUTES[key].scope === "none" ? "none" : "admin", address: "", ip: "" };
}

/** Unlike with a real dugdale, wrong tokens cause no delay. */
function admitKnown(tokens: Tokens): (request: Request, key: RouteKey) => Caller {
  return ({ headers }, key) => {
    const guarded = GUARDED[key];
    if (guarded === undefined) return { scope: "none", address: "", ip: "" };
    return { ...tokens.admit(headers, guarded, () => systemClock.wallMs()), address: "", ip: "" };
  };
}

function toScript(script: FakeScript | FakeEnd): FakeScript {
  return typeof script === "function" ? script : () => script;
}

function toConfig({ dispatch, exec, admin }: FakeTokens = {}): DugdaleConfig {
  const good = (token: string | undefined) => ({ tokens: token === undefined ? [] : [token] });
  return {
    ...DUGDALE_DEFAULTS,
    listen: "",
    dataDir: ROOT,
    auth: { ...DUGDALE_DEFAULTS.auth, ...good(dispatch) },
    admin: { ...DUGDALE_DEFAULTS.admin, ...good(admin) },
    exec: { ...DUGDALE_DEFAULTS.exec, ...good(exec), enabled: true, allowShell: true },
    limits: { ...DUGDALE_DEFAULTS.limits, maxProgressRate: 0 },
  };
}
