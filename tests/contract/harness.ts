/**
 * What every file of the contract suite starts from: one dugdale for the whole file, in a process of its own.
 *
 * With `LETTS_CONTRACT_URL` the suite asks that dugdale instead of starting any: `LETTS_CONTRACT_DISPATCH_TOKEN`,
 * `LETTS_CONTRACT_EXEC_TOKEN` and `LETTS_CONTRACT_ADMIN_TOKEN` are its tokens, `LETTS_CONTRACT_MISSIONS` is where it
 * finds `tests/missions`, and it must run with the settings of `dugdale.yaml` beside this file. Tests that need other
 * settings, or a process to signal, are ignored then. `LETTS_CONTRACT_COMMAND` starts another program instead of this
 * one.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { type Daemon, Place } from "./daemon.ts";
import { Dugdale, type Fields, type Reply } from "./dugdale.ts";
import { OWN_TOKENS, type Settings } from "./settings.ts";

const REMOTE = Deno.env.get("LETTS_CONTRACT_URL");

/** The folder of the missions, as the dugdale under test sees it. */
export const MISSIONS: string = Deno.env.get("LETTS_CONTRACT_MISSIONS") ??
  fileURLToPath(new URL("../missions", import.meta.url));

/** The state that most files apply: one wide lane, one narrow one, missions started as they are. */
export const STATE: Fields = {
  mission_dir: MISSIONS,
  lanes: { fast: { concurrency: 16 }, slow: { concurrency: 1 } },
};

/** Whether the suite starts its dugdales itself. */
export const OWN: boolean = REMOTE === undefined;

/** Registers a test of a dugdale that the suite has started itself; ignored when another one is asked. */
export const ownTest: (name: string, test: () => void | Promise<void>) => void = OWN
  ? (name, test) => Deno.test(name, test)
  : (name, test) => Deno.test.ignore(name, test);

/**
 * Registers a test of what only a daemon has: processes, limits, numbers beyond 2^53. Ignored when a fake dugdale is
 * asked, as `tests/testing/contract_test.ts` does with `LETTS_CONTRACT_FAKE`.
 */
export const daemonTest: (name: string, test: () => void | Promise<void>) => void =
  Deno.env.get("LETTS_CONTRACT_FAKE") === undefined
    ? (name, test) => Deno.test(name, test)
    : (name, test) => Deno.test.ignore(name, test);

/** How the dugdale of a file is prepared. */
export interface SharedOptions {
  /** Laid over the usual settings. Tests that depend on them must be {@linkcode ownTest}s. */
  readonly settings?: Settings;
  /** Variables of the dugdale's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is applied before the first test. Default {@linkcode STATE}; null applies nothing. */
  readonly state?: Fields | null;
}

/** Gives the tests of a file one dugdale, from before the first to after the last. */
export function sharedDugdale(options: SharedOptions = {}): Dugdale {
  const dugdale = new Dugdale();
  const { settings, env = {}, state = STATE } = options;
  if (REMOTE !== undefined) {
    Deno.test.beforeAll(async () => {
      dugdale.url = REMOTE.replace(/\/$/, "");
      dugdale.tokens = {
        dispatch: Deno.env.get("LETTS_CONTRACT_DISPATCH_TOKEN") ?? OWN_TOKENS.dispatch,
        exec: Deno.env.get("LETTS_CONTRACT_EXEC_TOKEN") ?? OWN_TOKENS.exec,
        admin: Deno.env.get("LETTS_CONTRACT_ADMIN_TOKEN") ?? OWN_TOKENS.admin,
      };
      if (state !== null) await apply(dugdale, state);
    });
    return dugdale;
  }
  const stack = new AsyncDisposableStack();
  Deno.test.beforeAll(async () => {
    const place = stack.use(await Place.make(settings));
    const daemon = stack.use(await place.start({ env }));
    aim(dugdale, daemon);
    if (state !== null) await apply(dugdale, state);
  });
  Deno.test.afterAll(() => stack.disposeAsync());
  return dugdale;
}

/** Calls to a daemon that a test has started itself. */
export function callsTo(daemon: Daemon): Dugdale {
  const dugdale = new Dugdale();
  aim(dugdale, daemon);
  return dugdale;
}

function aim(dugdale: Dugdale, daemon: Daemon): void {
  dugdale.url = daemon.url;
  dugdale.tokens = OWN_TOKENS;
}

/** Makes exactly that state the applied one; missions of lanes that go away are killed. */
export async function apply(dugdale: Dugdale, state: Fields): Promise<Reply> {
  const reply = await dugdale.post("/v1/admin/apply?force=true&force_prune=true", state);
  assertEquals(reply.status, 200, reply.text);
  return reply;
}

/** An answer is the error envelope with that status, code and details; `undefined` is for none, null counts as none. */
export function assertProblem(reply: Reply, status: number, code: string, details?: unknown): void {
  assertEquals([reply.status, reply.body.error], [status, code], reply.text);
  assertEquals(reply.headers.get("content-type"), "application/json; charset=utf-8");
  assertEquals(reply.body.details ?? undefined, details, reply.text);
  const { message } = reply.body;
  assert(message === undefined || (typeof message === "string" && message !== ""), reply.text);
  assert(reply.text.endsWith("}\n"));
}
