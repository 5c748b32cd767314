/**
 * The process on Node 20.16 and later, for missions in JavaScript. The built-in modules are obtained when the host is
 * built, not imported, because an import would cost every mission on Deno its loading time.
 *
 * @module
 */
import type * as NodeFs from "node:fs";
import type NodeProcess from "node:process";
import type { Host, PathKind, Writer } from "./host.ts";

/** Builds the host from `node:fs` and `node:process`. */
export function nodeHost(): Host {
  const { process } = globalThis as unknown as { process: typeof NodeProcess };
  const fs: typeof NodeFs = process.getBuiltinModule("node:fs");
  return {
    args: process.argv.slice(2),
    env: (name) => process.env[name],
    envNames: () => Object.keys(process.env),
    cwd: () => process.cwd(),
    readStdin: () => fs.readFileSync(0, "utf8"),
    readText: (path) => fs.readFileSync(path, "utf8"),
    list: (path) => fs.existsSync(path) ? fs.readdirSync(path) : [],
    kind: (path) => kind(fs.lstatSync(path, { throwIfNoEntry: false })),
    size: (path) => fs.statSync(path, { throwIfNoEntry: false })?.size,
    makeFolder: (path) => void fs.mkdirSync(path, { recursive: true }),
    openRead: (path) => {
      const { Readable } = process.getBuiltinModule("node:stream");
      const fd = fs.openSync(path, "r");
      const file = fs.createReadStream(path, { fd });
      return Readable.toWeb(file) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
    },
    openAppend: (path) => writer(fs, fs.openSync(path, fs.constants.O_WRONLY | fs.constants.O_APPEND)),
    stdout: writer(fs, 1),
    stderr: writer(fs, 2),
    stderrIsTerminal: () => process.stderr.isTTY === true,
    onSignal: (name, heard) => void process.on(name, heard),
    onUncaught: (caught) => {
      process.on("uncaughtException", caught);
      process.on("unhandledRejection", caught);
    },
    onIdle: (idle) => void process.on("beforeExit", idle),
    onExit: (exiting) => void process.on("exit", exiting),
    later: (ms, due) => {
      const timer = setTimeout(due, ms) as unknown as { unref(): void };
      timer.unref();
      return () => clearTimeout(timer as unknown as number);
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    exit: (code) => process.exit(code),
  };
}

function writer(fs: typeof NodeFs, fd: number): Writer {
  return { write: (bytes) => writeSome(fs, fd, bytes), close: () => fs.closeSync(fd) };
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Unlike Deno, Node reports EAGAIN for a full non-blocking pipe; a short sleep lets its reader catch up. */
function writeSome(fs: typeof NodeFs, fd: number, bytes: Uint8Array): number {
  for (;;) {
    try {
      return fs.writeSync(fd, bytes);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "EAGAIN") throw error;
      Atomics.wait(never, 0, 0, 1);
    }
  }
}

function kind(info: NodeFs.Stats | undefined): PathKind {
  if (info === undefined) return "missing";
  if (info.isFile()) return "file";
  if (info.isSymbolicLink()) return "link";
  return info.isDirectory() ? "folder" : "other";
}
