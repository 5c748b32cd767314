/**
 * Human-readable quantities.
 *
 * @module
 */

const STEPS: readonly (readonly [unit: string, ms: number])[] = [
  ["d", 24 * 60 * 60 * 1000],
  ["h", 60 * 60 * 1000],
  ["m", 60 * 1000],
  ["s", 1000],
];

/** A duration in its two largest units at most: `340ms`, `4.2s`, `3m20s`, `2d4h`. */
export function humanDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000) * 1000;
  const at = STEPS.findIndex(([, step]) => seconds >= step);
  const [unit, step] = STEPS[at] ?? ["s", 1000];
  const [nextUnit, nextStep] = STEPS[at + 1] ?? ["", Infinity];
  const rest = Math.floor((seconds % step) / nextStep);
  return `${Math.floor(seconds / step)}${unit}${rest > 0 ? `${rest}${nextUnit}` : ""}`;
}

/** A time relative to now: `just now`, `42s ago`, `3h ago`, `in 2d`. */
export function humanTime(ms: number, nowMs: number): string {
  const away = Math.abs(nowMs - ms);
  if (away < 1000) return "just now";
  const [unit, step] = STEPS.find(([, length]) => away >= length) ?? ["s", 1000];
  const text = `${Math.floor(away / step)}${unit}`;
  return ms > nowMs ? `in ${text}` : `${text} ago`;
}

/** A number of bytes with three digits: `812 B`, `4.35 KiB`, `12.1 MiB`. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let size = bytes;
  let unit = "";
  for (const next of ["KiB", "MiB", "GiB", "TiB", "PiB"]) {
    if (size < 1000) break;
    size /= 1024;
    unit = next;
  }
  return `${size.toPrecision(3)} ${unit}`;
}
