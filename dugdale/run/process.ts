import { after } from "../host/after.ts";
import type { Clock } from "../host/clock.ts";
import type { Output } from "../host/output.ts";
import type { Child, ExitStatus, Spawner, SpawnRequest } from "../host/spawn.ts";
import type { KillSwitch } from "./kill.ts";

/** Who gets what the process says. */
export interface ProcessSinks {
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  /** Gets descriptor 3; absent for an exec. */
  control?(chunk: Uint8Array): void;
}

/** How to run one process. */
export interface ProcessOptions {
  readonly request: SpawnRequest;
  readonly sinks: ProcessSinks;
  readonly kill: KillSwitch;
  /** From the start of the process; null and 0 are no limit. */
  readonly timeoutMs: number | null;
  /** How long descendants may hold the pipes after the process has ended; 0 waits for stdout and stderr without end. */
  readonly postExitGraceMs: number;
  readonly clock: Clock;
  /** Called once the process runs. */
  readonly onStarted?: (start: ProcessStart) => void;
  /** Called when it, or somebody who holds its pipes, has outlived its first moments. */
  readonly onLasting?: () => void;
}

/** That a process was started. */
export interface ProcessStart {
  readonly pid: number;
  readonly startedMs: number;
}

/**
 * In its first moments a process is looked at so often, with so many milliseconds between. Who only does a little has
 * ended by then: all of it can be told at once, and its pipes need no place on the event loop.
 */
const LOOKS = 2, LOOK_MS = 1;

/**
 * Runs a process to its end and reads all that it says.
 *
 * @returns Undefined when nobody can say how it ended.
 * @throws {SpawnError} When it cannot be started.
 */
export async function runProcess(spawner: Spawner, options: ProcessOptions): Promise<ExitStatus | undefined> {
  const { kill, sinks, timeoutMs, postExitGraceMs } = options;
  const child = await spawner.spawn(options.request);
  const { pid, stdout, stderr, control } = child;
  const startedMs = options.clock.wallMs();
  const deadline = timeoutMs !== null && timeoutMs > 0
    ? after(timeoutMs, () => kill.kill("timeout"))
    : undefined;
  let said: Promise<void> | undefined;
  try {
    options.onStarted?.({ pid, startedMs });
    kill.attach(child);
    await firstMoments(child, sinks);
    const printed = Promise.all([stdout.read(sinks.stdout), stderr.read(sinks.stderr)]);
    said = control?.read((chunk) => sinks.control?.(chunk));
    if (!child.ended || !allEnded(outputsOf(child))) options.onLasting?.();
    const exit = await child.exited;
    if (postExitGraceMs > 0) await within(postExitGraceMs, printed, [stdout, stderr]);
    else await printed;
    await kill.settled();
    return exit;
  } finally {
    deadline?.[Symbol.dispose]();
    kill[Symbol.dispose]();
    if (control !== undefined) await within(postExitGraceMs, said, [control]);
  }
}

/** Takes what is printed in a process's first moments, until it has ended or goes on for longer. */
async function firstMoments(child: Child, sinks: ProcessSinks): Promise<void> {
  const { stdout, stderr, control } = child;
  for (let looks = 0;; looks++) {
    stdout.take(sinks.stdout);
    stderr.take(sinks.stderr);
    if (looks === LOOKS) return;
    if (child.ended) {
      control?.take((chunk) => sinks.control?.(chunk));
      // Who is just being started has a copy of every pipe, and may be the last to have it.
      if (allEnded(outputsOf(child))) return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = after(LOOK_MS, resolve);
    await (child.ended ? promise : Promise.race([child.exited, promise]));
  }
}

function outputsOf({ stdout, stderr, control }: Child): Output[] {
  return control === undefined ? [stdout, stderr] : [stdout, stderr, control];
}

function allEnded(outputs: readonly Output[]): boolean {
  return outputs.every((output) => output.ended);
}

/** Waits for the end of outputs; those that are still open after so long are closed. */
async function within(
  ms: number,
  read: Promise<unknown> | undefined,
  outputs: readonly Output[],
): Promise<void> {
  if (allEnded(outputs)) return;
  using _timer = after(ms, () => outputs.forEach((output) => output.close()));
  await read;
}
