/**
 * A dugdale for tests: in memory, without processes, sockets or files.
 *
 * @module
 */
import { Ids } from "../client/ids.ts";
import { refusal } from "./answers.ts";
import { FakeMissions, Refused } from "./fake_missions.ts";
import type { FakeEnd, FakeMission } from "./fake_mission.ts";
import { fakeRoutes, match } from "./fake_routes.ts";
import { FakeStaging } from "./fake_staging.ts";
import { type Fault, Faults, withFault } from "./faults.ts";
import type { FakeScript } from "./scripts.ts";

/**
 * A dugdale for tests. It takes missions and commands, runs the scripts that the test gives for them, keeps files,
 * and fails when told to. Every token and lane is good, every mission starts at once, and timeouts never fire.
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
export class FakeDugdale {
  readonly #missions: FakeMissions;
  readonly #routes: ReturnType<typeof fakeRoutes>;
  readonly #faults = new Faults();
  readonly #requests: string[] = [];

  constructor() {
    const ids = new Ids();
    const staging = new FakeStaging();
    this.#missions = new FakeMissions(staging, () => ids.mission());
    this.#routes = fakeRoutes({ missions: this.#missions, staging });
  }

  /** All missions that were taken, in that order. */
  get missions(): readonly FakeMission[] {
    return this.#missions.all;
  }

  /** Method and path with query of all requests so far. */
  get requests(): readonly string[] {
    return this.#requests;
  }

  /** Says what a mission does, or how it always ends. `exec` stands for every command. */
  on(mission: string, script: FakeScript | FakeEnd): this {
    this.#missions.scripts.set(mission, typeof script === "function" ? script : () => script);
    return this;
  }

  /** Says what all other missions do. Without this they fail. */
  onAnyOther(script: FakeScript | FakeEnd): this {
    this.#missions.fallback = typeof script === "function" ? script : () => script;
    return this;
  }

  /** Lets coming requests run into a fault. Faults are used up in the order in which they were added. */
  fail(fault: Fault): this {
    this.#faults.add(fault);
    return this;
  }

  /** Answers a request. Rejects, as `fetch` does, when a fault drops the connection. */
  async handle(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    this.#requests.push(`${request.method} ${pathname}${search}`);
    const found = match(request);
    if (found === undefined) return refusal("not_found");
    const answer = async () => {
      try {
        return await this.#routes[found.route](found.asked);
      } catch (error) {
        if (error instanceof Refused) return refusal(error.code, { status: error.status });
        throw error;
      }
    };
    return await withFault(this.#faults.take(found.route), request.signal, answer);
  }
}
