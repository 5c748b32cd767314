import type { OutcomeKind } from "../../protocol/mission.ts";
import type { Output } from "./output.ts";

/** What to start. Nothing else reaches the process: no other descriptor, no other variable. */
export interface SpawnRequest {
  /** The program and its arguments. A name without a slash is searched in the daemon's own `PATH`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A file that the process reads as its stdin. */
  readonly stdin: string;
  /** Whether to give the process a pipe on descriptor 3. */
  readonly control: boolean;
}

/** How a process ended: with a status, or by a signal named as `KILL`, `TERM`, … or by its number. */
export interface ExitStatus {
  /** −1 after a signal. */
  readonly code: number;
  readonly signal: string | null;
  /** For scripted processes of tests: how the mission ends, instead of what was observed. */
  readonly claim?: ExitClaim;
}

/** An ending that is given instead of observed. Details and return value are JSON texts. */
export interface ExitClaim {
  readonly outcome: OutcomeKind;
  readonly failReason: string | null;
  readonly failMessage: string | null;
  readonly failDetails: string | null;
  readonly returnValue: string | null;
}

/** A running process that leads a process group of its own. */
export interface Child {
  /** Names the process and its group. */
  readonly pid: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The reading end of descriptor 3, when one was asked for. */
  readonly control: Output | undefined;
  /** Whether it has been reaped; `exited` tells how it ended. */
  readonly ended: boolean;
  /** Settles once the process has been reaped; undefined when other code has reaped it, and the status is unavailable. */
  readonly exited: Promise<ExitStatus | undefined>;
  /** Whether any process of the group is left, or one that has left it. Looks at all processes of the machine. */
  groupAlive(): boolean;
  /** Signals the whole group and what has left it; false when there is none left. @throws When all of it belongs to another user. */
  signal(signal: "SIGTERM" | "SIGKILL"): boolean;
}

/** Starts processes. Disposing it releases its resources and leaves the processes running. */
export interface Spawner extends Disposable {
  /** Resolves once the program runs. @throws {SpawnError} When it cannot be started. */
  spawn(request: SpawnRequest): Promise<Child>;
  /**
   * Ends all processes that have one of these entries in their environment, with SIGKILL; answers how many there were.
   * Absent for scripted processes.
   */
  killMarked?(marks: readonly string[]): number;
  /** When a process was started, in ticks of the kernel since boot; 0 where the system does not tell. */
  processStart(pid: number): number;
}

/** A process could not be started. */
export class SpawnError extends Error {
  override readonly name = "SpawnError";
  /** The system's name of the failure, such as `ENOENT`. */
  readonly code: string;

  constructor(program: string, code: string, reason: string, options?: ErrorOptions) {
    super(`cannot start ${JSON.stringify(program)}: ${reason}`, options);
    this.code = code;
  }
}

/** The resource that is too short for another process, on the machine or by a limit of the daemon. */
export type Shortage = "descriptors" | "processes" | "memory";

const SHORTAGES: ReadonlyMap<unknown, Shortage> = new Map([
  ["EMFILE", "descriptors"],
  ["ENFILE", "descriptors"],
  ["EAGAIN", "processes"],
  ["ENOMEM", "memory"],
]);

/** Finds the shortage behind a failure: it passes, and what failed can be tried again. */
export function findShortage(error: unknown): Shortage | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const shortage = SHORTAGES.get((each as { code?: unknown }).code);
    if (shortage !== undefined) return shortage;
  }
  return undefined;
}

/** @throws {SpawnError} When a string would be cut short on its way to the system. */
export function assertNoNul(request: SpawnRequest): void {
  const texts = [...request.argv, request.cwd, ...Object.entries(request.env).flat()];
  if (!texts.some((text) => text.includes("\0"))) return;
  throw new SpawnError(request.argv[0] ?? "", "EINVAL", "an argument or variable contains a NUL byte");
}
