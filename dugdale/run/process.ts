import type { Clock } from "../host/clock.ts";
import type { Output } from "../host/output.ts";
import type { Child, ExitStatus } from "../host/spawn.ts";
import type { KillSwitch } from "./kill.ts";

/** Handlers of a process's output. */
export interface OutputHandlers {
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  /** Descriptor 3; absent for an exec. Reading pauses until the promise has settled. */
  control?(chunk: Uint8Array): Promise<void> | void;
}

/** Options for running a process. */
export interface ProcessOptions {
  readonly output: OutputHandlers;
  /** Kills the process; keeps the timeout for what comes after it. */
  readonly kill: KillSwitch;
  /** From the start of the process; null and 0 mean no limit. */
  readonly timeoutMs: number | null;
  /**
   * How long descendants may hold the pipes after the process has ended; 0 waits for stdout and stderr without a limit.
   * In a killed run they may until SIGKILL is sent.
   */
  readonly postExitGraceMs: number;
  readonly clock: Clock;
  /** Called immediately. */
  readonly onStarted?: (start: ProcessStart) => void;
  /** Called when the process, or a descendant that holds its pipes, outlives the initial polls. */
  readonly onOutlived?: () => void;
}

/** A process was started. */
export interface ProcessStart {
  readonly pid: number;
  readonly startedMs: number;
}

/**
 * Intervals of the initial polls, in milliseconds. A short process has ended by then: all its output is read at once,
 * and its pipes need not be registered with the event loop.
 */
const POLLS = 2, POLL_MS = 1;

/** After SIGKILL, data written before is read for this time. */
const LAST_READ_MS = 100;

/**
 * Runs a process to its end and reads all of its output.
 *
 * @returns Undefined if the exit status is unavailable, because other code in this process has reaped it.
 */
export async function runProcess(child: Child, options: ProcessOptions): Promise<ExitStatus | undefined> {
  const { kill, output, timeoutMs, postExitGraceMs, clock } = options;
  const { pid, stdout, stderr, control } = child;
  const onControl = (chunk: Uint8Array): Promise<void> | void => output.control?.(chunk);
  const startedMs = clock.wallMs();
  if (timeoutMs !== null && timeoutMs > 0) kill.endAfter(timeoutMs);
  const finishing: Promise<void>[] = [];
  const finish = (...outputs: readonly Output[]): void =>
    void finishing.push(...outputs.map((each) => each.finish()));
  const finishAll = (): void => finish(...outputsOf(child));
  using closing = new DisposableStack();
  /**
   * Processes that got SIGKILL need no grace period for writing; one that still holds the pipes is not part of this
   * run.
   */
  const closeAfterKill = async (): Promise<void> => {
    await kill.settled();
    if (!allEnded(outputsOf(child))) closing.use(clock.after(LAST_READ_MS, finishAll));
  };
  let killed: Promise<void> | undefined;
  let controlRead: Promise<void> | undefined;
  try {
    options.onStarted?.({ pid, startedMs });
    kill.attach(child);
    await poll(child, output, clock);
    const printed = Promise.all([stdout.read(output.stdout), stderr.read(output.stderr)]);
    controlRead = control?.read(onControl);
    if (!child.ended || !allEnded(outputsOf(child))) options.onOutlived?.();
    const exit = await child.exited;
    const leftovers = kill.endLeftovers();
    if (!allEnded(outputsOf(child))) {
      if (postExitGraceMs > 0) closing.use(clock.after(postExitGraceMs, finishAll));
      closing.use(onAbort(kill.signal, () => killed = closeAfterKill()));
    }
    await printed;
    await leftovers;
    await kill.settled();
    if (control !== undefined && postExitGraceMs <= 0) {
      closing.use(clock.after(0, () => finish(control)));
    }
    await controlRead;
    kill.noteLeftovers();
    return exit;
  } finally {
    kill.detach();
    for (const output of outputsOf(child)) output.close();
    await killed;
    await Promise.all(finishing);
  }
}

/** Calls back once the signal is aborted, immediately if it already is. */
function onAbort(signal: AbortSignal, act: () => void): Disposable {
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener("abort", act) };
}

/** Reads output of a new process until it has ended or the initial polls are over. */
async function poll(child: Child, output: OutputHandlers, clock: Clock): Promise<void> {
  const { stdout, stderr, control } = child;
  for (let polls = 0;; polls++) {
    stdout.take(output.stdout);
    stderr.take(output.stderr);
    if (polls === POLLS) return;
    if (child.ended) {
      control?.take((chunk) => void output.control?.(chunk));
      // A process that is being started at this moment has a copy of every pipe, and may be the last to close it.
      if (allEnded(outputsOf(child))) return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = clock.after(POLL_MS, resolve);
    await (child.ended ? promise : Promise.race([child.exited, promise]));
  }
}

function outputsOf({ stdout, stderr, control }: Child): Output[] {
  return control === undefined ? [stdout, stderr] : [stdout, stderr, control];
}

function allEnded(outputs: readonly Output[]): boolean {
  return outputs.every((output) => output.ended);
}
