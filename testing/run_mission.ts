/**
 * Runs the function of a mission in a test: no dugdale, no process, no descriptor 3.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMIT_DEFAULTS } from "../config/dugdale/limits.ts";
import { missionVerdict } from "../dugdale/run/ending.ts";
import { Fd3Reader, type Said } from "../dugdale/run/fd3.ts";
import { Told } from "../dugdale/run/told.ts";
import type { Ending, Failure } from "../mission/ending.ts";
import type { Environment } from "../mission/environment.ts";
import { openFd3 } from "../mission/fd3.ts";
import type { Host, PathKind, Writer } from "../mission/host.ts";
import { endingOf, type MissionFunction, type MissionHooks, type MissionSetup } from "../mission/mission.ts";
import type { MissionOptions, ParsingOptions } from "../mission/options.ts";
import type { ReportContext, Reporter } from "../mission/reports.ts";
import { Session } from "../mission/session.ts";
import { MISSION_FEATURES } from "../protocol/features.ts";
import type { LogLevel } from "../protocol/fd3.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import type { MissionWarning } from "../protocol/mission.ts";

/** What a mission under test comes with. */
export interface TrialOptions {
  /** What was dispatched. Default: nothing, which the mission sees as `{}`. */
  readonly input?: JsonValue | undefined;
  /** Content of its input files, by role. */
  readonly files?: Readonly<Record<string, string | Uint8Array>> | undefined;
  /** What the dugdale knows of `LETTS_FEATURES`. Default: everything; `[]` is a dugdale of the first version. */
  readonly features?: readonly string[] | undefined;
  /** Which run of the mission it is, from 1, of how many. Default: it is not retried. */
  readonly attempt?: { readonly number: number; readonly of: number } | undefined;
  /** Aborts as a kill does: the mission gets a SIGTERM. Its process is never killed. */
  readonly signal?: AbortSignal | undefined;
  /** Throw what the mission threw, instead of answering with it. Default false. */
  readonly throwOnFailure?: boolean | undefined;
}

/** What a mission reported about an error. */
export interface TrialReport {
  /** The error, or the text. */
  readonly problem: unknown;
  /** What it had added with `m.report.add()`. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** How a mission under test has ended, and what it said. */
export interface Trial {
  /** How it ended. A broken rule of descriptor 3 or of output files is a failure. */
  readonly outcome: "success" | "failed";
  /** What it returned. */
  readonly return: JsonObject | undefined;
  /** Why it failed, for programs. Undefined after a success. */
  readonly failReason: string | undefined;
  /** The same for people. */
  readonly failMessage: string | undefined;
  /** Facts about the failure. */
  readonly failDetails: JsonObject | undefined;
  /** What it threw. Undefined after a success. */
  readonly error: unknown;
  /** What it noted. */
  readonly notes: readonly string[];
  /** What it warned of. */
  readonly warnings: readonly MissionWarning[];
  /** The facts that it gave about itself. */
  readonly meta: JsonObject;
  /** The states that it was in, in their order. */
  readonly states: readonly string[];
  /** Its progress, as far as it was sent: at most ten reports a second. */
  readonly progress: readonly {
    readonly value?: number | undefined;
    readonly message?: string | undefined;
  }[];
  /** What it told its reporters, which need not be there. */
  readonly reports: readonly TrialReport[];
  /** What it logged. */
  readonly log: readonly {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields?: JsonObject;
  }[];
  /** Content of its output files, by key. Empty unless it was a success. */
  readonly outputs: Readonly<Record<string, Uint8Array>>;
  /** What the runtime printed on stderr; what the mission prints by itself goes where it goes. */
  readonly stderr: string;
}

/**
 * Runs a mission in this process and returns its end and its reports. If it uses files, they are in a temporary folder
 * that is removed at the end; otherwise no permission is needed. Effects of the mission on its process, such as
 * `Deno.exit()`, affect this one.
 *
 * ```ts
 * import { runMission } from "@letts/letts/testing";
 *
 * const { outcome, notes } = await runMission((m) => {
 *   m.note(`width ${m.int("width")}`);
 * }, { input: { width: 3 } });
 * console.log(outcome, notes); // success [ "width 3" ]
 * ```
 *
 * @throws Whatever the mission threw, with `throwOnFailure`.
 */
export function runMission<Input, Services = undefined>(
  run: MissionFunction<Input, Services>,
  options: TrialOptions & ParsingOptions<Input> & MissionHooks<Input, Services>,
): Promise<Trial>;
/** Runs a mission that reads its input by paths, without a parser. */
export function runMission<Services = undefined>(
  run: MissionFunction<JsonValue, Services>,
  options?: TrialOptions & MissionOptions & MissionHooks<JsonValue, Services>,
): Promise<Trial>;
export async function runMission<Input, Services>(
  run: MissionFunction<Input, Services>,
  options: TrialOptions & MissionSetup<Input, Services> = {},
): Promise<Trial> {
  using process = new TrialProcess(options);
  const session = new TrialSession(process.host, process.environment, openFd3(process.host));
  const reports: TrialReport[] = [];
  const note = (problem: unknown, { data }: ReportContext<Services>): void =>
    void reports.push({ problem, data });
  const recorder: Reporter<Services> = { reportError: note, reportMessage: note };
  const ending = await endingOf(session, run, {
    ...options,
    reporters: [recorder, ...options.reporters ?? []],
  });
  session.channel.end(ending);
  if (!ending.ok && options.throwOnFailure) throw session.thrown;
  return process.trial(ending, reports, ending.ok ? undefined : session.thrown);
}

/** Remembers what was thrown last: the end of the mission is made of it. */
class TrialSession extends Session {
  thrown: unknown;

  override toFailure(error: unknown): Failure {
    this.thrown = error;
    return super.toFailure(error);
  }
}

const MISSION_ID = "01900000-0000-7000-8000-000000000000";
const LANE = "trial";
const encoder = new TextEncoder();

/** What the runtime sees of a process, and what it says there, read with the rules of a dugdale. */
class TrialProcess implements Disposable {
  readonly host: Host;
  readonly environment: Environment;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #told = new Told();
  readonly #progress: Trial["progress"][number][] = [];
  readonly #log: Trial["log"][number][] = [];
  readonly #fd3 = new Fd3Reader(
    LIMIT_DEFAULTS,
    ({ value, message }) =>
      void this.#progress.push({
        ...(value !== undefined && { value: Number(value) }),
        ...(message !== "" && { message }),
      }),
    (said) => this.#take(said),
  );
  readonly #stop = new AbortController();
  #stderr = "";
  #folder: string | undefined;

  constructor({ input, files = {}, features = MISSION_FEATURES, attempt, signal }: TrialOptions) {
    this.#files = new Map(
      Object.entries(files).map(([role, content]) => [
        role,
        typeof content === "string" ? encoder.encode(content) : content,
      ]),
    );
    this.host = this.#makeHost(features, attempt !== undefined, JSON.stringify(input ?? null), signal);
    const folder = (): string => this.#workDir();
    this.environment = {
      mode: "mission",
      id: MISSION_ID,
      lane: LANE,
      ...(attempt && { attempt: attempt.number, attempts: attempt.of }),
      get workDir(): string {
        return folder();
      },
      get tmpDir(): string {
        return join(folder(), "tmp");
      },
    };
  }

  /** What has become of the mission. */
  trial(ending: Ending, reports: readonly TrialReport[], error: unknown): Trial {
    this.#fd3.end();
    const { outcome, failReason, failMessage, failDetails, returnValue } = missionVerdict({
      exit: { code: ending.ok ? 0 : ending.exitCode, signal: null },
      killed: undefined,
      timeoutMs: null,
      lane: LANE,
      outOfMemory: undefined,
      violation: this.#fd3.violations[0],
      final: this.#fd3.final,
    });
    const { notes, warnings, meta, states } = this.#told.row();
    const parsed = <Value>(json: string | null, otherwise: Value): Value =>
      json === null ? otherwise : JSON.parse(json);
    const keys = outcome === "success" ? [...this.#fd3.outputs] : [];
    return {
      outcome: outcome === "success" ? outcome : "failed",
      return: parsed<JsonObject | undefined>(returnValue, undefined),
      failReason: failReason ?? undefined,
      failMessage: failMessage ?? undefined,
      failDetails: parsed<JsonObject | undefined>(failDetails, undefined),
      error,
      notes: parsed<string[]>(notes, []),
      warnings: parsed<MissionWarning[]>(warnings, []),
      meta: parsed<JsonObject>(meta, {}),
      states: parsed<string[]>(states, []),
      progress: this.#progress,
      reports,
      log: this.#log,
      outputs: Object.fromEntries(
        keys.map((key) => [key, new Uint8Array(readFileSync(join(this.#workDir(), "out", key)))]),
      ),
      stderr: this.#stderr,
    };
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true });
  }

  #take(said: Said): void {
    if (said.event !== "log") return void this.#told.take(said);
    const { level, message, fields } = said;
    this.#log.push({ level, message, ...(fields !== null && { fields: JSON.parse(fields) as JsonObject }) });
  }

  /** Made when it is first asked for. */
  #workDir(): string {
    if (this.#folder === undefined) {
      this.#folder = mkdtempSync(join(tmpdir(), "letts-trial-"));
      for (const name of ["in", "out", "tmp"]) mkdirSync(join(this.#folder, name));
      for (const [role, content] of this.#files) writeFileSync(join(this.#folder, "in", role), content);
    }
    return this.#folder;
  }

  #env(name: string, features: readonly string[], isRetried: boolean): string | undefined {
    if (name === "LETTS_FEATURES") return features.join();
    // Whether it is there tells the runtime that the dugdale knows of attempts; the numbers are in the environment.
    if (name === "LETTS_ATTEMPTS") return isRetried ? "1" : undefined;
    const [, role = "", fact] = /^LETTS_IN_(.+?)(__SHA256|__SIZE)?$/s.exec(name) ?? [];
    const content = this.#files.get(role);
    if (content === undefined) return undefined;
    if (fact === "__SIZE") return String(content.length);
    if (fact === "__SHA256") return createHash("sha256").update(content).digest("hex");
    return join(this.#workDir(), "in", role);
  }

  #makeHost(
    features: readonly string[],
    isRetried: boolean,
    input: string,
    signal: AbortSignal | undefined,
  ): Host {
    const control: Writer = {
      write: (bytes) => {
        this.#fd3.write(bytes);
        return bytes.length;
      },
      close: () => {},
    };
    const decoder = new TextDecoder();
    const printed: Writer = {
      write: (bytes) => {
        this.#stderr += decoder.decode(bytes, { stream: true });
        return bytes.length;
      },
      close: () => {},
    };
    return {
      args: [],
      env: (name) => this.#env(name, features, isRetried),
      envNames: () => [...this.#files.keys()].map((role) => `LETTS_IN_${role}`),
      cwd: () => this.#workDir(),
      readStdin: () => input,
      readText: (path) => readFileSync(path, "utf8"),
      list: (path) => readdirSync(path),
      kind,
      size: (path) => lstatSync(path, { throwIfNoEntry: false })?.size,
      makeFolder: (path) => void mkdirSync(path, { recursive: true }),
      openRead: (path) => new Blob([new Uint8Array(readFileSync(path))]).stream(),
      openAppend: () => control,
      stdout: printed,
      stderr: printed,
      stderrIsTerminal: () => false,
      onSignal: (name, heard) => {
        if (name !== "SIGTERM") return;
        if (signal?.aborted) heard();
        signal?.addEventListener("abort", heard, { signal: this.#stop.signal });
      },
      // What strays in the process of the test is for the test.
      onUncaught: () => {},
      onIdle: () => {},
      onExit: () => {},
      later: (ms, due) => {
        const timer = setTimeout(due, ms);
        return () => clearTimeout(timer);
      },
      turn: () => new Promise((resolve) => setTimeout(resolve, 0)),
      exit: (code) => {
        throw new Error(`the mission ended its process with exit code ${code}`);
      },
    };
  }
}

function kind(path: string): PathKind {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined) return "missing";
  if (info.isFile()) return "file";
  if (info.isSymbolicLink()) return "link";
  return info.isDirectory() ? "folder" : "other";
}
