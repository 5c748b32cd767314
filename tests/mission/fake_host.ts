/** A host in memory, for parts that need only a few of its calls. @module */
import type { Host, PathKind } from "../../mission/host.ts";

/** What the fake process has and what it did. */
export interface FakeProcess {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether the environment may be listed. Default true. */
  readonly listsEnv?: boolean;
  readonly args?: readonly string[];
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  readonly kinds?: Readonly<Record<string, PathKind>>;
  readonly terminal?: boolean;
}

/** A host whose stdout and stderr can be read, and whose timers are turned by hand. */
export interface FakeHost extends Host {
  text(of: "stdout" | "stderr"): string;
  /** Fires the timers that are set now. */
  fire(): void;
}

/** Builds a host in memory; calls that the test did not prepare fail. */
export function fakeHost(process: FakeProcess = {}): FakeHost {
  const written = { stdout: "", stderr: "" };
  const timers = new Set<() => void>();
  const unprepared = (): never => {
    throw new Error("the test did not prepare this call");
  };
  const writer = (of: "stdout" | "stderr") => ({
    // Three bytes at a time, so that a writer without a loop loses the rest.
    write: (bytes: Uint8Array) => {
      const part = bytes.subarray(0, 3);
      written[of] += String.fromCharCode(...part);
      return part.length;
    },
    close: () => {},
  });
  return {
    args: process.args ?? [],
    env: (name) => process.env?.[name],
    envNames: () => process.listsEnv === false ? undefined : Object.keys(process.env ?? {}),
    cwd: () => "/cwd",
    readStdin: unprepared,
    readText: unprepared,
    list: (path) => process.folders?.[path] ?? [],
    kind: (path) => process.kinds?.[path] ?? "missing",
    size: unprepared,
    makeFolder: () => {},
    openRead: unprepared,
    openAppend: unprepared,
    stdout: writer("stdout"),
    stderr: writer("stderr"),
    stderrIsTerminal: () => process.terminal ?? false,
    onSignal: () => {},
    onUncaught: () => {},
    onIdle: () => {},
    onExit: () => {},
    later: (_ms, due) => {
      timers.add(due);
      return () => timers.delete(due);
    },
    turn: () => Promise.resolve(),
    exit: unprepared,
    text: (of) => new TextDecoder().decode(Uint8Array.from(written[of], (unit) => unit.charCodeAt(0))),
    fire: () => {
      const due = [...timers];
      timers.clear();
      for (const timer of due) timer();
    },
  };
}
