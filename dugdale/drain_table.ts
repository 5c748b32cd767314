import type { Dugdale } from "./daemon.ts";
import type { Clock } from "./host/clock.ts";

const EVERY_MS = 10_000;
/** Maximum number of lines. */
const MAX_ROWS = 20;

/** Shows on a terminal what a shutdown is waiting for. */
export class DrainTable implements Disposable {
  readonly #dugdale: Pick<Dugdale, "live">;
  readonly #clock: Clock;
  readonly #write: (text: string) => void;
  #timer: Disposable | undefined;

  /** @param write Prints text. Default: to stderr. */
  constructor(
    dugdale: Pick<Dugdale, "live">,
    clock: Clock,
    write: (text: string) => void = toStderr,
  ) {
    this.#clock = clock;
    this.#dugdale = dugdale;
    this.#write = write;
  }

  /** Prints the table now and every ten seconds while there is something to wait for. */
  start(): void {
    this.#print();
    this.#timer ??= this.#clock.every(EVERY_MS, () => this.#print());
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #print(): void {
    const { live } = this.#dugdale;
    if (live.length === 0) return;
    const rows = live.slice(0, MAX_ROWS).map(({ missionId, lane, missionName, sinceMs }) => {
      const since = elapsed(this.#clock.steadyMs() - sinceMs);
      return `  ${missionId.slice(0, 8)}  ${lane.padEnd(16)}  ${missionName.padEnd(24)}  ${since}\n`;
    });
    if (live.length > MAX_ROWS) rows.push(`  and ${live.length - MAX_ROWS} more\n`);
    const head =
      `[graceful-shutdown] waiting for ${live.length} running mission(s); a second signal ends them\n`;
    this.#write(head + rows.join(""));
  }
}

function toStderr(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}

/** `42s`, `3m07s`, `1h05m`. */
function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m`;
}
