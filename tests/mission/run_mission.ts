/** Runs mission scripts as a dugdale does: as a process with its input on stdin and a pipe on descriptor 3. @module */
import { lines } from "../../protocol/lines.ts";

const RUNTIME = new URL("../../mission/mod.ts", import.meta.url).href;
/** The permissions that the runtime asks for, and nothing else. */
export const SMALLEST: readonly string[] = [
  "--no-prompt",
  "--allow-env=LETTS_*",
  "--allow-read=.,/dev/fd/3",
  "--allow-write=.,/dev/fd/3",
];

/** One process. */
export interface RunPlan {
  /** Source of the mission; the runtime's exports are imported for it. */
  readonly source?: string;
  /** A command instead of a source. */
  readonly command?: readonly string[];
  /** What stands on stdin. Default `{}`. */
  readonly input?: string;
  /** Content of the input files by role. */
  readonly files?: Readonly<Record<string, string>>;
  /** Variables beside those that a dugdale sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** `shell`: no variable of a dugdale, and no descriptor 3. Default `mission`. */
  readonly mode?: "mission" | "exec" | "shell";
  readonly args?: readonly string[];
  readonly permissions?: readonly string[];
  /** Leaves descriptor 3 closed although the variables promise one. */
  readonly withoutControl?: boolean;
}

/** A line of the control channel, as read. */
export type Line = Readonly<Record<string, unknown>>;

/** What a process left behind. */
export interface Finished {
  readonly code: number;
  readonly signal: string | null;
  readonly lines: readonly Line[];
  readonly stdout: string;
  readonly stderr: string;
}

/** A running mission; releasing it kills the process and removes its folder. */
export class RunningMission implements AsyncDisposable {
  readonly workDir: string;
  readonly #child: Deno.ChildProcess;
  readonly #control: AsyncGenerator<string, void, void>;
  readonly #lines: Line[] = [];
  readonly #status: Promise<Deno.CommandStatus>;

  constructor(workDir: string, child: Deno.ChildProcess) {
    this.workDir = workDir;
    this.#child = child;
    this.#status = child.status;
    this.#control = lines(child.stdout, { maxBytes: 4 * 1024 * 1024 });
  }

  /** Waits for a line of the control channel that fits. */
  async saw(fits: (line: Line) => boolean): Promise<Line> {
    for (let read = await this.#control.next(); !read.done; read = await this.#control.next()) {
      const line = JSON.parse(read.value) as Line;
      this.#lines.push(line);
      if (fits(line)) return line;
    }
    throw new Error(`the mission ended without that line; stderr: ${await this.#text("stderr")}`);
  }

  /** Closes the reading end of the control channel. */
  async closeReader(): Promise<void> {
    await this.#control.return();
    // A generator that never began has not opened the stream, and so does not close it either.
    if (!this.#child.stdout.locked) await this.#child.stdout.cancel();
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Reads the control channel to its end and waits for the process. */
  async finished(): Promise<Finished> {
    for await (const line of this.#control) this.#lines.push(JSON.parse(line) as Line);
    const { code, signal } = await this.#status;
    return {
      code,
      signal,
      lines: this.#lines,
      stdout: await this.#text("stdout"),
      stderr: await this.#text("stderr"),
    };
  }

  #text(of: "stdout" | "stderr"): Promise<string> {
    return Deno.readTextFile(`${this.workDir}/tmp/${of}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // has ended already
    }
    await this.closeReader();
    await this.#status;
    await Deno.remove(this.workDir, { recursive: true });
  }
}

/** Starts a mission in a fresh workdir. */
export async function startMission(plan: RunPlan): Promise<RunningMission> {
  const mode = plan.mode ?? "mission";
  const workDir = await Deno.realPath(await Deno.makeTempDir({ prefix: "letts_mission_" }));
  for (const folder of mode === "shell" ? ["tmp"] : ["in", "out", "tmp"]) {
    await Deno.mkdir(`${workDir}/${folder}`);
  }
  const stdin = `${workDir}/tmp/.stdin`;
  await Deno.writeTextFile(stdin, plan.input ?? "{}");
  const control = mode === "mission" && !plan.withoutControl ? "3>&1" : "3>&-";
  const child = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      // The pipe of stdout becomes descriptor 3, so that its reader sees each line as it is written.
      `exec "$@" ${control} 1>"$PWD/tmp/stdout" 2>"$PWD/tmp/stderr" <"$PWD/tmp/.stdin"`,
      "sh",
      ...await commandOf(plan, workDir),
      ...plan.args ?? [],
    ],
    cwd: workDir,
    clearEnv: true,
    env: { ...await environmentOf(plan, mode, workDir), ...plan.env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  return new RunningMission(workDir, child);
}

/** Runs a mission to its end. */
export async function runMission(plan: RunPlan): Promise<Finished> {
  await using running = await startMission(plan);
  return await running.finished();
}

async function commandOf(plan: RunPlan, workDir: string): Promise<readonly string[]> {
  if (plan.command !== undefined) return plan.command;
  const script = `${workDir}/tmp/script.ts`;
  await Deno.writeTextFile(script, `import * as letts from "${RUNTIME}";\n${plan.source ?? ""}`);
  return [Deno.execPath(), "run", ...plan.permissions ?? SMALLEST, script];
}

async function environmentOf(
  plan: RunPlan,
  mode: "mission" | "exec" | "shell",
  workDir: string,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: Deno.env.get("HOME") ?? "",
    TZ: "UTC",
  };
  const cache = Deno.env.get("DENO_DIR");
  if (cache !== undefined) env.DENO_DIR = cache;
  if (mode === "shell") return env;
  env[mode === "mission" ? "LETTS_MISSION_ID" : "LETTS_EXEC_ID"] = "0192a8b3-d2c1-7abc-bad0-1234567890ab";
  Object.assign(env, {
    LETTS_KIND: mode,
    LETTS_LANE: "default",
    LETTS_WORKDIR: workDir,
    LETTS_TMPDIR: `${workDir}/tmp`,
  });
  for (const [role, content] of Object.entries(plan.files ?? {})) {
    const path = `${workDir}/in/${role}`;
    await Deno.writeTextFile(path, content);
    env[`LETTS_IN_${role}`] = path;
    env[`LETTS_IN_${role}__SIZE`] ??= String(new TextEncoder().encode(content).length);
    env[`LETTS_IN_${role}__SHA256`] ??= await sha256(content);
  }
  return env;
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
