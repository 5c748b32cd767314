import type { LeftProcess, OutcomeKind } from "../../protocol/mission.ts";
import type { Output } from "./output.ts";

/** The process to start. It inherits nothing else: no other descriptor, no other variable. */
export interface SpawnRequest {
  /** The program and its arguments. A name without a slash is searched in the daemon's own `PATH`. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A file used as stdin. */
  readonly stdin: string;
  /** Whether to create a pipe on descriptor 3. */
  readonly control: boolean;
}

/** How a process ended: with a status, or by a signal, given as `KILL`, `TERM`, … or as its number. */
export interface ExitStatus {
  /** −1 after a signal. */
  readonly code: number;
  readonly signal: string | null;
  /** For scripted processes of tests: the ending of the mission, instead of an observed one. */
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

/** A running process that leads its own process group. */
export interface Child {
  /** Id of the process and its group. */
  readonly pid: number;
  readonly stdout: Output;
  readonly stderr: Output;
  /** The reading end of descriptor 3, if requested. */
  readonly control: Output | undefined;
  /** Whether it has been reaped; `exited` has its status. */
  readonly ended: boolean;
  /**
   * Resolves once the process has been reaped; undefined if other code has reaped it, and the status is unavailable.
   */
  readonly exited: Promise<ExitStatus | undefined>;
  /** Whether any process of the group, or one that has left it, still runs. Reads all processes of the machine. */
  groupAlive(): boolean;
  /**
   * The processes that still run after the process itself has ended.
   *
   * @param everywhere Whether to look for processes outside of the group even if the group is empty. That reads all
   * processes of the machine; whether a group is empty costs one call.
   */
  remaining(everywhere: boolean): readonly LeftProcess[];
  /**
   * Signals the whole group and processes that have left it; false if none is left. @throws When all of it belongs to
   * another user.
   */
  signal(signal: "SIGTERM" | "SIGKILL"): boolean;
}

/** Starts processes. Disposing it releases its resources and leaves the processes running. */
export interface Spawner extends Disposable {
  /** Resolves once the program runs. @throws {SpawnError} When it cannot be started. */
  spawn(request: SpawnRequest): Promise<Child>;
  /**
   * Kills all processes with one of these entries in their environment, with SIGKILL; returns their number. Absent for
   * scripted processes.
   */
  killMarked?(marks: readonly string[]): number;
  /** Start time of a process, in kernel ticks since boot; 0 if unknown. */
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

/** The resource missing for another process, on the machine or by a limit of the daemon. */
export type Shortage = "descriptors" | "processes" | "memory";

const SHORTAGES: ReadonlyMap<unknown, Shortage> = new Map([
  ["EMFILE", "descriptors"],
  ["ENFILE", "descriptors"],
  ["EAGAIN", "processes"],
  ["ENOMEM", "memory"],
]);

/** Returns the shortage that caused a failure: it is temporary, and the operation can be retried. */
export function findShortage(error: unknown): Shortage | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    const shortage = SHORTAGES.get((each as { code?: unknown }).code);
    if (shortage !== undefined) return shortage;
  }
  return undefined;
}

/** @throws {SpawnError} When a string contains a NUL byte and would be truncated. */
export function assertNoNul(request: SpawnRequest): void {
  const texts = [...request.argv, request.cwd, ...Object.entries(request.env).flat()];
  if (!texts.some((text) => text.includes("\0"))) return;
  throw new SpawnError(request.argv[0] ?? "", "EINVAL", "an argument or variable contains a NUL byte");
}
