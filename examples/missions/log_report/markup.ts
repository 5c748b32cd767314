/** Text that is safe in HTML. @module */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes a string for use in HTML: paths in a log come from outside. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

const COUNT = new Intl.NumberFormat("en");
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A number with separators: `12,345`. */
export const formatCount = (count: number): string => COUNT.format(count);

/** Bytes with three digits and a decimal unit: `1.03 MB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  for (; amount >= 999.5 && unit < UNITS.length - 1; unit++) amount /= 1000;
  return `${unit === 0 ? amount : amount.toPrecision(3)} ${UNITS[unit]}`;
}

/** A share of the whole: `12.3 %`. */
export function formatShare(part: number, whole: number): string {
  return `${whole === 0 ? 0 : (100 * part / whole).toFixed(1)} %`;
}

/** A time in UTC, to the minute: `2026-03-03 13:55`. */
export function formatMinute(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T", " ");
}
