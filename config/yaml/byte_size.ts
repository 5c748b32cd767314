/**
 * Sizes in dugdale.yaml: `768KiB`, `2 MiB`, `1048576`.
 *
 * @module
 */

const SIZE = /^([+-]?\d+) *(KiB|MiB|GiB)?$/;
const UNIT_BYTES: ReadonlyMap<string, number> = new Map([["GiB", 1024 ** 3], ["MiB", 1024 ** 2], [
  "KiB",
  1024,
]]);

/** Parses a size into bytes; `undefined` for an invalid or negative size. */
export function findByteSize(text: string): number | undefined {
  const [, digits, unit] = SIZE.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Number(digits) * (UNIT_BYTES.get(unit ?? "") ?? 1);
  return Number.isSafeInteger(bytes) && bytes >= 0 ? bytes || 0 : undefined;
}

/** Formats bytes in the largest unit that divides them: `2MiB`, `1000`. */
export function formatByteSize(bytes: number): string {
  for (const [unit, size] of UNIT_BYTES) {
    if (bytes !== 0 && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return String(bytes);
}
