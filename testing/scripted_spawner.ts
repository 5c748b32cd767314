/**
 * Processes that are functions.
 *
 * @module
 */
import type { Output } from "../dugdale/host/output.ts";
import type { Child, ExitStatus, Spawner, SpawnRequest } from "../dugdale/host/spawn.ts";

/** A scripted process, from the inside. */
export interface ScriptedProcess {
  readonly request: SpawnRequest;
  readonly stdout: ScriptedOutput;
  readonly stderr: ScriptedOutput;
  /** Descriptor 3; undefined for a command. */
  readonly control: ScriptedOutput | undefined;
  /** Aborts when the process is killed; it has then ended. */
  readonly signal: AbortSignal;
  /** Ends the process. Only the first call has an effect. */
  exit(status: ExitStatus): void;
}

/** First process id; the ids belong to no real processes. */
const FIRST_PID = 4242;

/** Starts functions instead of programs. */
export class ScriptedSpawner implements Spawner {
  readonly #play: (process: ScriptedProcess) => void;
  #nextPid = FIRST_PID;

  /** @param play Called for each process, after its start. */
  constructor(play: (process: ScriptedProcess) => void) {
    this.#play = play;
  }

  spawn(request: SpawnRequest): Promise<Child> {
    const pid = this.#nextPid++;
    const { promise: exited, resolve } = Promise.withResolvers<ExitStatus>();
    const killed = new AbortController();
    let ended = false;
    const stdout = new ScriptedOutput(), stderr = new ScriptedOutput();
    const control = request.control ? new ScriptedOutput() : undefined;
    const exit = (status: ExitStatus): void => {
      if (ended) return;
      ended = true;
      for (const output of [stdout, stderr, control]) output?.end();
      resolve(status);
    };
    queueMicrotask(() => this.#play({ request, stdout, stderr, control, signal: killed.signal, exit }));
    return Promise.resolve({
      pid,
      stdout,
      stderr,
      control,
      get ended() {
        return ended;
      },
      exited,
      groupAlive: () => !ended,
      remaining: () => [],
      signal(signal) {
        if (ended) return false;
        exit({ code: -1, signal: signal.replace("SIG", "") });
        killed.abort();
        return true;
      },
    });
  }

  /** These processes are unknown to the system. */
  processStart(): number {
    return 0;
  }

  [Symbol.dispose](): void {}
}

/** Output of a scripted process on one descriptor. */
export class ScriptedOutput implements Output {
  #waiting: Uint8Array[] = [];
  #sink: ((chunk: Uint8Array) => void) | undefined;
  #over = false;
  #resolve: () => void = () => {};
  readonly #closed = new Promise<void>((resolve) => this.#resolve = resolve);

  get ended(): boolean {
    return this.#over && this.#waiting.length === 0;
  }

  /** Writes bytes. Bytes after the end are dropped. */
  write(chunk: Uint8Array): void {
    if (this.#over) return;
    if (this.#sink === undefined) this.#waiting.push(chunk);
    else this.#sink(chunk);
  }

  /** Ends the output. */
  end(): void {
    this.#over = true;
    if (this.#waiting.length === 0) this.#resolve();
  }

  take(sink: (chunk: Uint8Array) => void): void {
    for (const chunk of this.#waiting.splice(0)) sink(chunk);
  }

  async read(sink: (chunk: Uint8Array) => void): Promise<void> {
    this.take(sink);
    this.#sink = sink;
    if (this.#over) return;
    await this.#closed;
  }

  close(): void {
    this.#waiting = [];
    this.end();
  }

  finish(): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}
