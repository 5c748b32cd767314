/**
 * Numbers and times as people read them.
 *
 * @module
 */

/** A duration: `840ms`, `4.2s`, `47s`, `3m 12s`, `1h 4m`, `2d 3h`. */
export function duration(ms: number | undefined | null): string {
  if (ms === undefined || ms === null || !Number.isFinite(ms)) return "—";
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return two(minutes, "m", whole % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "m");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(big: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big}${unit}` : `${big}${unit} ${small}${smallUnit}`;
}

/** A moment in the past or the future: `now`, `12s ago`, `in 5m`. */
export function ago(atMs: number | undefined | null, nowMs: number): string {
  if (atMs === undefined || atMs === null) return "—";
  const seconds = Math.round((nowMs - atMs) / 1000);
  if (Math.abs(seconds) < 5) return "now";
  const text = coarse(Math.abs(seconds));
  return seconds > 0 ? `${text} ago` : `in ${text}`;
}

function coarse(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A size: `512 B`, `1.4 KiB`. */
export function size(bytes: number | undefined): string {
  if (bytes === undefined) return "—";
  let value = bytes;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (value < 1024) return unit === "B" ? `${value} B` : `${value.toFixed(1)} ${unit}`;
    value /= 1024;
  }
  return `${value.toFixed(1)} TiB`;
}

/** Date and time of day in the zone of the browser. */
export function moment(atMs: number | undefined | null): string {
  if (atMs === undefined || atMs === null) return "—";
  const date = new Date(atMs);
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
    `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** The first characters of an id do not differ within a minute; its last do. */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** `1 mission`, `2 missions`. */
export function count(number: number, one: string, many: string = `${one}s`): string {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}
