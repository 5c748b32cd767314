/**
 * Process functions of the C library, by FFI.
 *
 * @module
 */

type Bytes = Uint8Array<ArrayBuffer>;

/** Byte order of this machine, for a `DataView`. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The functions as declared in C, without const. Buffers must be at least as large as what C writes. */
export interface Libc {
  close(fd: number): number;
  /** Blocks until data is available. */
  read(fd: number, buffer: Bytes, count: bigint): number;
  poll(descriptors: Bytes, count: bigint, timeoutMs: number): number;
  kill(pid: number, signal: number): number;
  waitpid(pid: number, status: Bytes, options: number): number;
  waitid(kind: number, id: number, info: Bytes, options: number): number;
  pipe(ends: Bytes): number;
  /** Linux only. */
  prctl: ((option: number, value: bigint, a: bigint, b: bigint, c: bigint) => number) | null;
  prlimit: ((pid: number, resource: number, limit: Bytes, old: bigint) => number) | null;
  pipe2: ((ends: Bytes, flags: number) => number) | null;
  /** Runs on a thread of the runtime's pool; the buffers must be kept until it returns. */
  posix_spawnp(
    pid: Bytes,
    file: Bytes,
    actions: Bytes,
    attributes: Bytes,
    argv: Bytes,
    env: Bytes,
  ): Promise<number>;
  posix_spawn_file_actions_init(actions: Bytes): number;
  posix_spawn_file_actions_destroy(actions: Bytes): number;
  posix_spawn_file_actions_adddup2(actions: Bytes, fd: number, as: number): number;
  posix_spawn_file_actions_addopen(
    actions: Bytes,
    as: number,
    path: Bytes,
    flags: number,
    mode: number,
  ): number;
  posix_spawn_file_actions_addchdir_np(actions: Bytes, path: Bytes): number;
  posix_spawn_file_actions_addclosefrom_np: ((actions: Bytes, from: number) => number) | null;
  posix_spawnattr_init(attributes: Bytes): number;
  posix_spawnattr_setflags(attributes: Bytes, flags: number): number;
  posix_spawnattr_setsigdefault(attributes: Bytes, set: Bytes): number;
  posix_spawnattr_setsigmask(attributes: Bytes, set: Bytes): number;
  sigfillset(set: Bytes): number;
  sigemptyset(set: Bytes): number;
}

/**
 * Opens the C library by the first of its names that `load` accepts; undefined where FFI is not allowed, or if no
 * library has all functions that `load` asks for.
 */
export function openLibrary<Library>(load: (name: string) => Library): Library | undefined {
  if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
  for (const name of libraryNames()) {
    try {
      return load(name);
    } catch {
      // Another name may do; without any the caller has another way.
    }
  }
  return undefined;
}

function libraryNames(): readonly string[] {
  const { arch, os } = Deno.build;
  if (os === "linux") return ["libc.so.6", `libc.musl-${arch}.so.1`];
  return os === "darwin" ? ["libSystem.B.dylib"] : [];
}

/** An opened C library. */
export interface OpenLibc {
  readonly calls: Libc;
  close(): void;
}

/** Opens the C library; undefined if FFI is not allowed or a function is missing. */
export function openLibc(): OpenLibc | undefined {
  const library = openLibrary(load);
  return library && { calls: library.symbols, close: () => library.close() };
}

const PR_SET_DUMPABLE = 4;

/**
 * Prevents processes of the same user, such as missions, from reading the environment and memory of this process
 * through `/proc` or a debugger. Linux only; without FFI it does nothing. Also disables core dumps.
 */
export function hideProcess(): void {
  if (Deno.build.os !== "linux") return;
  const library = openLibc();
  library?.calls.prctl?.(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n);
  library?.close();
}

// deno-lint-ignore explicit-module-boundary-types -- the type of the library follows from the table below
function load(name: string) {
  return Deno.dlopen(name, {
    close: { parameters: ["i32"], result: "i32" },
    // Larger reads never occur.
    read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
    poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
    kill: { parameters: ["i32", "i32"], result: "i32" },
    waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
    waitid: { parameters: ["i32", "u32", "buffer", "i32"], result: "i32" },
    pipe: { parameters: ["buffer"], result: "i32" },
    prctl: { parameters: ["i32", "usize", "usize", "usize", "usize"], result: "i32", optional: true },
    prlimit: { parameters: ["i32", "i32", "buffer", "usize"], result: "i32", optional: true },
    pipe2: { parameters: ["buffer", "i32"], result: "i32", optional: true },
    posix_spawnp: {
      parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
      result: "i32",
      nonblocking: true,
    },
    posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
    posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
    posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
    posix_spawn_file_actions_addopen: {
      parameters: ["buffer", "i32", "buffer", "i32", "i32"],
      result: "i32",
    },
    posix_spawn_file_actions_addchdir_np: { parameters: ["buffer", "buffer"], result: "i32" },
    posix_spawn_file_actions_addclosefrom_np: {
      parameters: ["buffer", "i32"],
      result: "i32",
      optional: true,
    },
    posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
    posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
    posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
    posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
    sigfillset: { parameters: ["buffer"], result: "i32" },
    sigemptyset: { parameters: ["buffer"], result: "i32" },
  });
}
