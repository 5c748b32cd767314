/** The process under Deno. @module */
import type { Host, PathKind } from "./host.ts";

/** Builds the host from the `Deno` namespace; requests no permission until it is needed. */
export function denoHost(): Host {
  return {
    args: Deno.args,
    env: (name) => Deno.env.get(name),
    // Queried first, because listing without the permission would prompt on a terminal.
    envNames: () =>
      Deno.permissions.querySync({ name: "env" }).state === "granted"
        ? Object.keys(Deno.env.toObject())
        : undefined,
    cwd: () => Deno.cwd(),
    readStdin,
    readText: (path) => Deno.readTextFileSync(path),
    list,
    kind,
    size,
    makeFolder: (path) => Deno.mkdirSync(path, { recursive: true }),
    openRead: (path) => Deno.openSync(path, { read: true }).readable,
    openAppend: (path) => {
      const file = Deno.openSync(path, { append: true });
      return { write: (bytes) => file.writeSync(bytes), close: () => file.close() };
    },
    stdout: { write: (bytes) => Deno.stdout.writeSync(bytes), close: () => Deno.stdout.close() },
    stderr: { write: (bytes) => Deno.stderr.writeSync(bytes), close: () => Deno.stderr.close() },
    stderrIsTerminal: () => Deno.stderr.isTerminal(),
    onSignal: (name, heard) => Deno.addSignalListener(name, heard),
    onUncaught: (caught) => {
      globalThis.addEventListener("error", (event) => {
        event.preventDefault();
        caught(event.error);
      });
      globalThis.addEventListener("unhandledrejection", (event) => {
        event.preventDefault();
        caught(event.reason);
      });
    },
    onIdle: (idle) =>
      globalThis.addEventListener("beforeunload", (event) => {
        if (idle()) event.preventDefault();
      }),
    onExit: (exiting) => globalThis.addEventListener("unload", () => exiting(Deno.exitCode)),
    later: (ms, due) => {
      const timer = setTimeout(due, ms);
      Deno.unrefTimer(timer);
      return () => clearTimeout(timer);
    },
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    exit: (code) => Deno.exit(code),
  };
}

function readStdin(): string {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(64 * 1024);
  let text = "";
  for (let got = Deno.stdin.readSync(chunk); got !== null; got = Deno.stdin.readSync(chunk)) {
    text += decoder.decode(chunk.subarray(0, got), { stream: true });
  }
  return text + decoder.decode();
}

function list(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function kind(path: string): PathKind {
  try {
    const info = Deno.lstatSync(path);
    if (info.isFile) return "file";
    if (info.isSymlink) return "link";
    return info.isDirectory ? "folder" : "other";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "missing";
    throw error;
  }
}

function size(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    // A denied permission is reported to the caller; any other failure means that there is nothing to read.
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}
