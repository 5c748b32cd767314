import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { Clock } from "../host/clock.ts";
import type { ExitStatus } from "../host/spawn.ts";
import { clip } from "../../protocol/clip.ts";

/** An out-of-memory condition: which runtime reported it, and how. */
export interface OutOfMemory {
  readonly reason: "php_memory_limit" | "v8_heap" | "python_memory" | "go_memory" | "jvm_heap" | "cgroup_oom";
  readonly message: string;
}

type Stream = "stdout" | "stderr";

interface Mark {
  readonly text: string;
  readonly reason: OutOfMemory["reason"];
  /** The stream. Default stderr. */
  readonly stream?: Stream;
  /** Whether the exit status matches; a program may also print the words and continue. */
  readonly fits: (exit: ExitStatus) => boolean;
}

const failed = (exit: ExitStatus): boolean => exit.code !== 0;
const MARKS: readonly Mark[] = [
  // PHP reports it on stderr and may still exit with 0, so only the words decide.
  { text: "Allowed memory size of", reason: "php_memory_limit", fits: () => true },
  { text: "JavaScript heap out of memory", reason: "v8_heap", fits: failed },
  { text: "Fatal JavaScript out of memory", reason: "v8_heap", fits: failed },
  // Also "fatal error: runtime: out of memory", when the system has none, not only Go's own limits.
  { text: "runtime: out of memory", reason: "go_memory", fits: failed },
  { text: "fatal error: runtime: cannot allocate memory", reason: "go_memory", fits: failed },
  { text: "fatal error: failed to reserve page summary memory", reason: "go_memory", fits: failed },
  { text: "java.lang.OutOfMemoryError", reason: "jvm_heap", fits: failed },
  // With -XX:+ExitOnOutOfMemoryError and -XX:+CrashOnOutOfMemoryError the JVM reports it on stdout.
  {
    text: "Terminating due to java.lang.OutOfMemoryError",
    reason: "jvm_heap",
    stream: "stdout",
    fits: (exit) => exit.code === 3,
  },
  {
    text: "Aborting due to java.lang.OutOfMemoryError",
    reason: "jvm_heap",
    stream: "stdout",
    fits: (exit) => exit.signal === "ABRT",
  },
  { text: "\nMemoryError", reason: "python_memory", fits: (exit) => exit.code === 1 },
];
const LONGEST = Math.max(...MARKS.map((mark) => mark.text.length));
const BEFORE_BYTES = 128, LINE_BYTES = 512;
/** Bytes kept between chunks: a pattern may be split, and its line is quoted from 128 bytes before. */
const TAIL_BYTES = BEFORE_BYTES + LONGEST;

/** Searches output for the out-of-memory messages of runtimes. */
export class MemoryWatch {
  readonly #streams = { stderr: new LastWords("stderr"), stdout: new LastWords("stdout") };

  /** Takes the next bytes of one of the two streams. */
  write(stream: Stream, chunk: Uint8Array): void {
    this.#streams[stream].write(chunk);
  }

  /** The condition found, if it matches how the process ended. */
  verdict(exit: ExitStatus): OutOfMemory | undefined {
    return this.#streams.stderr.verdict(exit) ?? this.#streams.stdout.verdict(exit);
  }
}

/** State of one stream. */
class LastWords {
  readonly #marks: readonly Mark[];
  readonly #found = new Map<Mark, string>();
  #tail = "\n";
  #catching: { readonly mark: Mark; text: string } | undefined;

  constructor(stream: Stream) {
    this.#marks = MARKS.filter((mark) => (mark.stream ?? "stderr") === stream);
  }

  write(chunk: Uint8Array): void {
    const text = this.#tail + Buffer.from(chunk).toString("latin1");
    if (this.#catching !== undefined) this.#catch(this.#catching.text + text.slice(this.#tail.length));
    for (const mark of this.#marks) {
      if (this.#found.has(mark) || this.#catching?.mark === mark) continue;
      const at = text.indexOf(mark.text);
      if (at === -1) continue;
      this.#settle();
      const lineStart = mark.text.startsWith("\n") ? at + 1 : text.lastIndexOf("\n", at) + 1;
      this.#catching = { mark, text: "" };
      this.#catch(text.slice(Math.max(lineStart, at - BEFORE_BYTES)));
    }
    this.#tail = text.slice(-TAIL_BYTES);
  }

  verdict(exit: ExitStatus): OutOfMemory | undefined {
    this.#settle();
    for (const [mark, line] of this.#found) {
      if (mark.fits(exit)) return { reason: mark.reason, message: line };
    }
    return undefined;
  }

  #catch(text: string): void {
    if (this.#catching === undefined) return;
    this.#catching.text = text;
    if (text.includes("\n") || text.length >= LINE_BYTES) this.#settle();
  }

  #settle(): void {
    if (this.#catching === undefined) return;
    const { mark, text } = this.#catching;
    this.#catching = undefined;
    const bytes = Uint8Array.from(
      text.split("\n", 1)[0]!.slice(0, LINE_BYTES),
      (character) => character.charCodeAt(0),
    );
    this.#found.set(mark, clip(new TextDecoder().decode(bytes).trim(), LINE_BYTES));
  }
}

/** Kills counted together by the kernel belong to processes that end within this time of each other. */
const TOGETHER_MS = 1000;

/** Tells whether the kernel has killed a process of the daemon's own cgroup for lack of memory. */
export class KernelMemoryKills {
  readonly #clock: Pick<Clock, "steadyMs">;
  readonly #file: string;
  #seen: number;
  #spare = 0;
  #spareUntilMs = 0;

  /** @param root Prefix of `/proc` and `/sys`. */
  constructor(clock: Pick<Clock, "steadyMs">, root = "") {
    this.#clock = clock;
    this.#file = eventsFile(root);
    this.#seen = this.#count();
  }

  /**
   * Whether there was a kill that has not been returned by an earlier call; false if the kernel does not report kills.
   * Several at once make several calls true, but only for a short time: a child of a mission may have been killed
   * unnoticed.
   */
  any(): boolean {
    const count = this.#count(), nowMs = this.#clock.steadyMs();
    if (count > this.#seen) {
      this.#spare = count - this.#seen;
      this.#spareUntilMs = nowMs + TOGETHER_MS;
      this.#seen = count;
    }
    if (this.#spare === 0 || nowMs > this.#spareUntilMs) return false;
    this.#spare--;
    return true;
  }

  #count(): number {
    try {
      return Number(/^oom_kill (\d+)$/m.exec(readFileSync(this.#file, "utf8"))?.[1] ?? 0);
    } catch {
      // No cgroup with memory accounting: the reason stays unknown.
      return 0;
    }
  }
}

/** Of cgroup v2, or of v1 if that one still controls memory. */
function eventsFile(root: string): string {
  try {
    const groups = readFileSync(`${root}/proc/self/cgroup`, "utf8");
    const old = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(groups)?.[1];
    if (old !== undefined) return `${root}/sys/fs/cgroup/memory${old}/memory.oom_control`;
    return `${root}/sys/fs/cgroup${/^0::(.*)$/m.exec(groups)?.[1] ?? "/"}/memory.events`;
  } catch {
    // Without /proc any nonexistent path will do.
    return `${root}/sys/fs/cgroup/memory.events`;
  }
}
