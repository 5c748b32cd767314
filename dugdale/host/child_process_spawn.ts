import { Family, killMarked, markOf } from "./family.ts";
import { isGroupAlive, processStart } from "./proc_stat.ts";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, closeSync, constants, mkdtempSync, openSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import process from "node:process";
import { PassThrough, pipeline, type Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { originalOpenFiles } from "./open_files.ts";
import { StreamOutput } from "./output.ts";
import { shortSignalName } from "./signals.ts";
import {
  assertNoNul,
  type Child,
  type ExitStatus,
  type Spawner,
  SpawnError,
  type SpawnRequest,
} from "./spawn.ts";

/**
 * Opens stdin and descriptor 3 by name and executes the program. A shell is the only way to a real pipe on descriptor
 * 3: the runtime itself would pass a socket, which cannot be opened as /dev/fd/3. The remaining arguments belong to the
 * program; none of them is interpreted as shell code.
 */
const WRAPPER = `
exec 0<"$1" || exit 126
if [ -n "$2" ]; then exec 3>"$2" || exit 126; fi
if [ -n "$3" ]; then ulimit -Sn "$3"; fi
shift 3
unset PWD OLDPWD _
exec "$@"`;

interface ControlPipe {
  readonly path: string;
  readonly output: Readable;
  /** Lets the reader end even if no process has opened the pipe for writing. */
  release(): void;
}

/**
 * Starts processes through `node:child_process` and a shell, for daemons without permission for FFI. It is slower; the
 * process inherits what the daemon itself inherited.
 */
export class ChildProcessSpawner implements Spawner {
  readonly #openFiles = String(originalOpenFiles()?.soft ?? "");
  readonly #folder = mkdtempSync(join(tmpdir(), "letts-pipes-"));
  #count = 0;

  readonly processStart: Spawner["processStart"] = processStart;
  readonly killMarked: NonNullable<Spawner["killMarked"]> = killMarked;

  async spawn(request: SpawnRequest): Promise<Child> {
    assertNoNul(request);
    const program = findProgram(request.argv[0] ?? "", request.cwd);
    const control = request.control ? await this.#controlPipe() : undefined;
    const argv = [program, ...request.argv.slice(1)];
    const places = [request.stdin, control?.path ?? "", this.#openFiles];
    const child = spawn("/bin/sh", ["-c", WRAPPER, "sh", ...places, ...argv], {
      cwd: request.cwd,
      env: { ...request.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const exited = exitOf(child).finally(() => control?.release());
    try {
      await once(child, "spawn");
    } catch (cause) {
      control?.release();
      if (control !== undefined) await finished(control.output.resume());
      throw new SpawnError(program, codeOf(cause), "the system refused", { cause });
    }
    const { pid, stdout, stderr } = child;
    if (pid === undefined) throw new SpawnError(program, "ESRCH", "the system gave no process id");
    const family = new Family(pid, markOf(request.env));
    const signal = (name: "SIGTERM" | "SIGKILL"): boolean => family.signal(name);
    return {
      pid,
      stdout: new StreamOutput(kept(stdout)),
      stderr: new StreamOutput(kept(stderr)),
      control: control && new StreamOutput(control.output),
      get ended() {
        return child.exitCode !== null || child.signalCode !== null;
      },
      exited,
      groupAlive: () => family.alive,
      remaining: (everywhere) => everywhere || isGroupAlive(pid) ? family.remaining() : [],
      signal,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A FIFO and a process that copies it: reading a FIFO directly would occupy a thread of the runtime. */
  async #controlPipe(): Promise<ControlPipe> {
    const path = join(this.#folder, String(this.#count++));
    const [status] = await once(spawn("mkfifo", ["-m", "600", path], { stdio: "ignore" }), "exit");
    if (status !== 0) throw new SpawnError("mkfifo", "EIO", `no pipe can be made at ${path}`);
    const relay = spawn("cat", [path], { stdio: ["ignore", "pipe", "ignore"] });
    const gone = once(relay, "exit");
    // The output ends only after the copying process.
    const output = new PassThrough({ flush: (done) => void gone.then(() => done(), done) });
    pipeline(relay.stdout, output, () => {});
    const release = (): void => {
      try {
        // Opened for both, which never blocks: a reader that comes before the name is removed finds a writer.
        const end = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
        rmSync(path, { force: true });
        closeSync(end);
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
      }
    };
    return { path, output, release };
  }
}

/** When a process ends, the runtime discards unread data. */
function kept(stream: Readable): Readable {
  const copy = new PassThrough();
  // Not `pipeline`: it would close the stream with an error that has no handler.
  stream.once("error", () => copy.end()).pipe(copy).once("close", () => stream.destroy());
  return copy;
}

function exitOf(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve) =>
    child.once(
      "exit",
      (code, signal) =>
        resolve(
          signal === null
            ? { code: code ?? -1, signal: null }
            : { code: -1, signal: shortSignalName(signal) },
        ),
    )
  );
}

/** As `posix_spawnp` does, so that a missing program is noticed before a shell is started. */
function findProgram(program: string, cwd: string): string {
  const folders = program.includes("/") ? [""] : (process.env.PATH ?? "").split(delimiter);
  let denied = false;
  for (const folder of folders) {
    const path = resolve(cwd, folder, program);
    try {
      if (!statSync(path).isFile()) continue;
      accessSync(path, constants.X_OK);
      return path;
    } catch (error) {
      denied ||= codeOf(error) === "EACCES";
    }
  }
  if (denied) throw new SpawnError(program, "EACCES", "permission denied: is the file executable? (EACCES)");
  throw new SpawnError(program, "ENOENT", "no such program (ENOENT)");
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? "EIO");
}
