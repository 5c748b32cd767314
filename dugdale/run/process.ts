import type { Readable } from "node:stream";
import { after } from "../host/after.ts";
import type { Clock } from "../host/clock.ts";
import type { ExitStatus, Spawner, SpawnRequest } from "../host/spawn.ts";
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
  readonly onStarted: (pid: number, startedMs: number) => void;
}

/**
 * Runs a process to its end and reads all that it says.
 *
 * @returns Undefined when nobody can say how it ended.
 * @throws {SpawnError} When it cannot be started.
 */
export async function runProcess(spawner: Spawner, options: ProcessOptions): Promise<ExitStatus | undefined> {
  const { kill, sinks, timeoutMs, postExitGraceMs } = options;
  const child = await spawner.spawn(options.request);
  const startedMs = options.clock.wallMs();
  const stdout = drain(child.stdout, sinks.stdout);
  const stderr = drain(child.stderr, sinks.stderr);
  const control = child.control && drain(child.control, (chunk) => sinks.control?.(chunk));
  const deadline = timeoutMs !== null && timeoutMs > 0
    ? after(timeoutMs, () => kill.kill("timeout"))
    : undefined;
  try {
    options.onStarted(child.pid, startedMs);
    kill.attach(child);
    const exit = await child.exited;
    const output = Promise.all([stdout, stderr]);
    if (postExitGraceMs > 0) await within(postExitGraceMs, output, () => close(child.stdout, child.stderr));
    else await output;
    await kill.settled();
    return exit;
  } finally {
    deadline?.[Symbol.dispose]();
    kill[Symbol.dispose]();
    if (control !== undefined) await within(postExitGraceMs, control, () => close(child.control));
  }
}

/** Settles when the stream has ended or was closed. What was written before the end has reached the sink by then. */
function drain(stream: Readable, sink: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve) => {
    stream.on("data", sink);
    stream.once("close", resolve);
    // A reset of a pipe is its end; what was read counts.
    stream.once("error", () => stream.destroy());
  });
}

function close(...streams: (Readable | undefined)[]): void {
  for (const stream of streams) stream?.destroy();
}

async function within(ms: number, wait: Promise<unknown>, giveUp: () => void): Promise<void> {
  using _timer = after(ms, giveUp);
  await wait;
}
