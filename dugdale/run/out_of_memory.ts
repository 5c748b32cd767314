import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { ExitStatus } from "../host/spawn.ts";
import { clip } from "./clip.ts";

/** Memory ran out: which runtime said so, and in which words. */
export interface OutOfMemory {
  readonly reason: "php_memory_limit" | "v8_heap" | "python_memory" | "go_memory" | "jvm_heap" | "cgroup_oom";
  readonly message: string;
}

interface Mark {
  readonly text: string;
  readonly reason: OutOfMemory["reason"];
  /** Whether an exit like this goes with it; a program may also print the words and go on. */
  readonly fits: (exit: ExitStatus) => boolean;
}

const failed = (exit: ExitStatus): boolean => exit.code !== 0;
const MARKS: readonly Mark[] = [
  // PHP tells it on stderr and may still end with 0, so the words alone decide.
  { text: "Allowed memory size of", reason: "php_memory_limit", fits: () => true },
  { text: "JavaScript heap out of memory", reason: "v8_heap", fits: failed },
  { text: "Fatal JavaScript out of memory", reason: "v8_heap", fits: failed },
  { text: "fatal error: runtime: out of memory", reason: "go_memory", fits: failed },
  { text: "fatal error: runtime: cannot allocate memory", reason: "go_memory", fits: failed },
  { text: "java.lang.OutOfMemoryError", reason: "jvm_heap", fits: failed },
  { text: "\nMemoryError", reason: "python_memory", fits: (exit) => exit.code === 1 },
];
const LONGEST = Math.max(...MARKS.map((mark) => mark.text.length));
const BEFORE_BYTES = 128, LINE_BYTES = 512;
/** What is kept from one chunk to the next: a mark may be cut in two, and its line is told from 128 bytes before. */
const TAIL_BYTES = BEFORE_BYTES + LONGEST;

/** Watches stderr for the last words of runtimes whose memory ran out. */
export class MemoryWatch {
  readonly #found = new Map<Mark, string>();
  #tail = "\n";
  #catching: { readonly mark: Mark; text: string } | undefined;

  /** Takes the next bytes of stderr. */
  write(chunk: Uint8Array): void {
    const text = this.#tail + Buffer.from(chunk).toString("latin1");
    if (this.#catching !== undefined) this.#catch(this.#catching.text + text.slice(this.#tail.length));
    for (const mark of MARKS) {
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

  /** What was seen, if it goes with the way in which the process ended. */
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

/** Tells whether the kernel has killed a process of the daemon's own cgroup for want of memory. */
export class KernelMemoryKills {
  readonly #file = eventsFile();
  #seen = this.#count();

  /** Whether there was such a kill since the last call; false where the kernel does not tell. */
  any(): boolean {
    const before = this.#seen;
    this.#seen = this.#count();
    return this.#seen > before;
  }

  #count(): number {
    try {
      return Number(/^oom_kill (\d+)$/m.exec(readFileSync(this.#file, "utf8"))?.[1] ?? 0);
    } catch {
      // No cgroup v2 here: then nobody tells.
      return 0;
    }
  }
}

function eventsFile(): string {
  try {
    const group = /^0::(.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1] ?? "/";
    return `/sys/fs/cgroup${group}/memory.events`;
  } catch {
    // No /proc: the path is as good as any that does not exist.
    return "/sys/fs/cgroup/memory.events";
  }
}
