/**
 * A progress bar on one line of a terminal.
 *
 * @module
 */
import type { Paint } from "../../output/color.ts";
import { clip, oneLine } from "../../output/columns.ts";

/** State of the bar. */
export interface BarState {
  /** Such as `queued` or `running`. */
  readonly phase: string;
  /** 0 to 1; undefined if the mission reported none. */
  readonly value: number | undefined;
  readonly message: string;
  readonly elapsedMs: number;
}

/** Width of the bar itself, in columns. */
const CELLS = 24;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const RUNNER = 4;
const RUNNER_STEP_MS = 120;

/** The line, at most `columns` wide, without a newline. */
export function barLine(state: BarState, columns: number, paint: Paint): string {
  const time = clock(state.elapsedMs);
  const value = state.value === undefined ? undefined : Math.min(1, Math.max(0, state.value));
  const percent = value === undefined ? "    " : `${Math.floor(value * 100)}%`.padStart(4);
  const cells = Math.max(4, Math.min(CELLS, columns - 20));
  const bar = value === undefined ? runner(state.elapsedMs, cells) : filled(value, cells);
  const used = cells + 2 + percent.length + 1 + time.length + 1;
  const words = clip(oneLine(state.message || state.phase), Math.max(0, columns - used - 1));
  return `${paint("cyan", bar)} ${paint("bold", percent)} ${paint("dim", time)}${words && ` ${words}`}`;
}

function filled(value: number, cells: number): string {
  const eighths = Math.round(value * cells * 8);
  const full = Math.floor(eighths / 8);
  return `▕${("█".repeat(full) + EIGHTHS[eighths % 8]).padEnd(cells)}▏`;
}

/** An animation for missions without reported progress. */
function runner(elapsedMs: number, cells: number): string {
  const way = cells - RUNNER;
  const step = Math.floor(elapsedMs / RUNNER_STEP_MS) % (2 * way);
  const at = step <= way ? step : 2 * way - step;
  return `▕${`${" ".repeat(at)}${"█".repeat(RUNNER)}`.padEnd(cells)}▏`;
}

function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (number: number) => String(number).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
