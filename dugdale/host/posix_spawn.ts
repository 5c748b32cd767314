import { Family, killMarked, markOf } from "./family.ts";
import { processStart } from "./proc_stat.ts";
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { getSystemErrorName } from "node:util";
import type { Clock } from "./clock.ts";
import { type Libc, LITTLE_ENDIAN, type OpenLibc } from "./libc.ts";
import { adoptOrphans, Orphans } from "./orphans.ts";
import { originalOpenFiles } from "./open_files.ts";
import { PipeOutput } from "./pipe_output.ts";
import { signalName } from "./signals.ts";
import { Slots } from "./slots.ts";
import {
  assertNoNul,
  type Child,
  type ExitStatus,
  type Spawner,
  SpawnError,
  type SpawnRequest,
} from "./spawn.ts";

const O_CLOEXEC = 0o2000000;
const RLIMIT_NOFILE = 7;
const WNOHANG = 1;
const SETSIGDEF = 0x04, SETSIGMASK = 0x08;
/**
 * A session of its own, which is a process group too: a process that opens the terminal of a dugdale in the foreground
 * is refused, instead of being stopped until it is killed.
 */
const SETSID = Deno.build.os === "darwin" ? 0x400 : 0x80;
/** macOS: every descriptor not named by a file action is closed. On Linux `addclosefrom_np` does the same. */
const CLOEXEC_DEFAULT = 0x4000;
/** Larger than the structures on all platforms; their exact sizes are internal to the C library. */
const STRUCT_BYTES = 512;

/** Each start occupies a thread until the program is loaded; on a busy machine that takes milliseconds. */
const STARTS_AT_ONCE = 4;

/** A signal listener does not keep the event loop alive, so a timer does while there is a child to wait for. */
const KEEP_ALIVE_MS = 1000;

interface Pipe {
  readonly read: number;
  readonly write: number;
}

/** How processes are started and waited for. */
export interface PosixSpawnerOptions {
  /**
   * Whether orphaned processes become children of this one, so that a kill still finds them. Linux only, and only if
   * all children of the process come from here. Default false.
   */
  readonly adoptOrphans?: boolean | undefined;
}

/**
 * Starts processes with `posix_spawnp`. Unlike fork it does not copy the daemon's page tables, so the cost of a start
 * does not depend on the daemon's memory. It waits until the program is executing, on a thread of the runtime's pool,
 * so that the event loop continues.
 */
export class PosixSpawner implements Spawner {
  readonly #clock: Clock;
  readonly #library: OpenLibc;
  readonly #libc: Libc;
  readonly #attributes = new Uint8Array(STRUCT_BYTES);
  readonly #status = new Uint8Array(64);
  readonly #slots = new Slots(STARTS_AT_ONCE);
  /** Memory used by a start in progress; the garbage collector does not know about it. */
  readonly #pinned = new Set<unknown>();
  readonly #children = new Map<number, (status: ExitStatus | undefined) => void>();
  readonly #reap = (): void => this.#reapAll();
  #keepAlive: Disposable | undefined;
  /** Starts in progress. */
  #starting = 0;
  readonly #orphans: Orphans | undefined;
  /** Limit on open files of started processes: soft, then hard. */
  readonly #openFiles: Uint8Array<ArrayBuffer> | undefined;

  readonly processStart: Spawner["processStart"] = processStart;
  readonly killMarked: NonNullable<Spawner["killMarked"]> = killMarked;

  constructor(library: OpenLibc, clock: Clock, options: PosixSpawnerOptions = {}) {
    this.#clock = clock;
    this.#library = library;
    const c = this.#libc = library.calls;
    const all = new Uint8Array(STRUCT_BYTES), none = new Uint8Array(STRUCT_BYTES);
    c.sigfillset(all);
    c.sigemptyset(none);
    c.posix_spawnattr_init(this.#attributes);
    // The runtime ignores SIGPIPE, and ignored signals survive an exec: restores the default of each.
    c.posix_spawnattr_setsigdefault(this.#attributes, all);
    c.posix_spawnattr_setsigmask(this.#attributes, none);
    const close = Deno.build.os === "darwin" ? CLOEXEC_DEFAULT : 0;
    c.posix_spawnattr_setflags(this.#attributes, SETSID | SETSIGDEF | SETSIGMASK | close);
    const openFiles = originalOpenFiles();
    this.#openFiles = openFiles &&
      new Uint8Array(new BigUint64Array([openFiles.soft, openFiles.hard]).buffer);
    Deno.addSignalListener("SIGCHLD", this.#reap);
    if (Deno.build.os === "linux" && (Deno.pid === 1 || (options.adoptOrphans && adoptOrphans(c)))) {
      this.#orphans = new Orphans(c, clock, (pid) => this.#children.has(pid));
    }
  }

  async spawn(request: SpawnRequest): Promise<Child> {
    assertNoNul(request);
    const pipes: Pipe[] = [];
    try {
      const program = request.argv[0] ?? "";
      for (let count = request.control ? 3 : 2; count > 0; count--) pipes.push(this.#pipe(program));
      const { pid, exited } = await this.#registered(request, pipes);
      // Its end may have been signalled before its pid was known.
      this.#reapOne(pid);
      const children = this.#children;
      // A process that is being started has no mark and no entry here yet, and is not an orphan.
      const adopts = (): boolean =>
        this.#starting === 0 &&
        this.#orphans !== undefined && [...children.keys()].every((each) => each === pid);
      const family = new Family(pid, markOf(request.env), adopts);
      if (children.has(pid)) this.#keepAlive ??= this.#clock.every(KEEP_ALIVE_MS, this.#reap);
      const [stdout, stderr, control] = pipes.map((pipe) => new PipeOutput(this.#libc, pipe.read)) as [
        PipeOutput,
        PipeOutput,
        PipeOutput?,
      ];
      return {
        pid,
        stdout,
        stderr,
        control,
        get ended() {
          return !children.has(pid);
        },
        exited,
        groupAlive: () => family.alive,
        remaining: (everywhere) => everywhere || this.#libc.kill(-pid, 0) === 0 ? family.remaining() : [],
        signal: (signal) => family.signal(signal),
      };
    } catch (error) {
      for (const pipe of pipes) this.#libc.close(pipe.read);
      throw error;
    } finally {
      for (const pipe of pipes) this.#libc.close(pipe.write);
    }
  }

  [Symbol.dispose](): void {
    this.#rest();
    this.#orphans?.[Symbol.dispose]();
    Deno.removeSignalListener("SIGCHLD", this.#reap);
    this.#library.close();
  }

  #rest(): void {
    this.#keepAlive?.[Symbol.dispose]();
    this.#keepAlive = undefined;
  }

  async #registered(request: SpawnRequest, pipes: readonly Pipe[]): Promise<Pick<Child, "pid" | "exited">> {
    this.#starting++;
    try {
      const pid = await this.#slots.run(() => this.#start(request, pipes));
      const exited = new Promise<ExitStatus | undefined>((resolve) => this.#children.set(pid, resolve));
      return { pid, exited };
    } finally {
      this.#starting--;
    }
  }

  async #start(request: SpawnRequest, pipes: readonly Pipe[]): Promise<number> {
    const c = this.#libc;
    const program = request.argv[0] ?? "";
    const path = cString(program), actions = new Uint8Array(STRUCT_BYTES), pid = new Uint8Array(64);
    const argv = stringArray(request.argv);
    const env = stringArray(Object.entries(request.env).map(([name, value]) => `${name}=${value}`));
    const memory = [path, actions, pid, argv, env];
    c.posix_spawn_file_actions_init(actions);
    this.#pinned.add(memory);
    try {
      c.posix_spawn_file_actions_addopen(actions, 0, cString(request.stdin), 0, 0);
      pipes.forEach((pipe, index) => c.posix_spawn_file_actions_adddup2(actions, pipe.write, index + 1));
      c.posix_spawn_file_actions_addclosefrom_np?.(actions, pipes.length + 1);
      c.posix_spawn_file_actions_addchdir_np(actions, cString(request.cwd));
      const errno = await c.posix_spawnp(pid, path, actions, this.#attributes, argv.pointers, env.pointers);
      if (errno !== 0) throw spawnError(program, errno);
    } finally {
      this.#pinned.delete(memory);
      c.posix_spawn_file_actions_destroy(actions);
    }
    const started = new DataView(pid.buffer).getInt32(0, LITTLE_ENDIAN);
    // Setting it from the first moment would cost each start another program.
    if (this.#openFiles !== undefined) c.prlimit?.(started, RLIMIT_NOFILE, this.#openFiles, 0n);
    return started;
  }

  /** A pipe whose ends are above the descriptors of a child, so that placing one cannot overwrite another. */
  #pipe(program: string): Pipe {
    const c = this.#libc;
    const result = c.pipe2 === null ? c.pipe(endBytes) : c.pipe2(endBytes, O_CLOEXEC);
    if (result !== 0) throw new SpawnError(program, "EMFILE", "too many open files (EMFILE)");
    const pipe = { read: ends[0]!, write: ends[1]! };
    if (Math.min(pipe.read, pipe.write) > 3) return pipe;
    try {
      return this.#pipe(program);
    } finally {
      c.close(pipe.read);
      c.close(pipe.write);
    }
  }

  /** Several ends may be signalled as one, so every child is checked. */
  #reapAll(): void {
    for (const pid of this.#children.keys()) this.#reapOne(pid);
    this.#orphans?.look();
  }

  #reapOne(pid: number): void {
    const reaped = this.#libc.waitpid(pid, this.#status, WNOHANG);
    if (reaped === 0) return;
    const ended = this.#children.get(pid);
    this.#children.delete(pid);
    if (this.#children.size === 0) this.#rest();
    // Other code in this process may have waited for any child; then the status is that of an earlier one.
    if (reaped !== pid) return ended?.(undefined);
    const status = new DataView(this.#status.buffer).getInt32(0, LITTLE_ENDIAN);
    const signal = status & 0x7f;
    ended?.(
      signal === 0 ? { code: (status >> 8) & 0xff, signal: null } : { code: -1, signal: signalName(signal) },
    );
  }
}

/** The two ends of the pipe that was made last. */
const ends = new Int32Array(16);
const endBytes = new Uint8Array(ends.buffer);

const encoder = new TextEncoder();

function cString(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(`${text}\0`);
}

/** A null-terminated array of C strings; `bytes` holds them and must live as long as `pointers` is used. */
function stringArray(texts: readonly string[]): { pointers: Uint8Array<ArrayBuffer>; bytes: Uint8Array } {
  const bytes = cString(texts.join("\0"));
  const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  const pointers = new BigUint64Array(Math.max(texts.length + 1, 8));
  let at = 0;
  for (let index = 0; index < texts.length; index++) {
    pointers[index] = base + BigInt(at);
    at = bytes.indexOf(0, at) + 1;
  }
  return { pointers: new Uint8Array(pointers.buffer), bytes };
}

/** The runtime has no name for this one. */
const ENOEXEC = 8;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such program, or its interpreter or working directory is missing",
  EACCES: "permission denied: is the file executable?",
  ENOEXEC: "not a program: the file has no first line that names one, such as #!/bin/sh",
  E2BIG: "arguments and environment are too long",
};

function spawnError(program: string, errno: number): SpawnError {
  const code = errno === ENOEXEC ? "ENOEXEC" : getSystemErrorName(-errno);
  const reason = firstLineFault(program) ?? REASONS[code] ?? "the system refused";
  return new SpawnError(program, code, `${reason} (${code})`);
}

/** What is wrong with the first line of a script that could not be started, where it can be seen there. */
function firstLineFault(path: string): string | undefined {
  const start = new Uint8Array(256);
  let length: number;
  try {
    const file = openSync(path, "r");
    try {
      length = readSync(file, start);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined; // missing, or not readable: the code of the system says that
  }
  const [line = ""] = new TextDecoder("utf-8", { ignoreBOM: true }).decode(start.subarray(0, length)).split(
    "\n",
  );
  if (line.startsWith("\ufeff#!")) return "its first line begins with a byte order mark: save it without one";
  if (/^#!.*\r$/.test(line)) {
    return "its first line ends with a carriage return: save it with plain line feeds";
  }
  const interpreter = /^#!\s*(\S+)/.exec(line)?.[1];
  return interpreter === undefined || existsSync(interpreter)
    ? undefined
    : `its first line names ${interpreter}, which is not there`;
}
