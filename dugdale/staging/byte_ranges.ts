/** A part of a file: `length` bytes from `start`. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** The result of a `Range` header: parts, the whole file, or not satisfiable. */
export type Wanted = readonly ByteRange[] | "whole" | "unsatisfiable";

/**
 * Parses a `Range` header. Parts behind the end are dropped; if the rest together is longer than the file, the whole
 * file is sent; for an empty file only the whole is possible.
 */
export function parseRange(header: string | null, size: number): Wanted {
  if (header === null || header === "") return "whole";
  if (!header.startsWith("bytes=")) return "unsatisfiable";
  const ranges: ByteRange[] = [];
  for (const text of header.slice("bytes=".length).split(",").map((part) => part.trim())) {
    if (text === "") continue;
    const range = parseOne(text, size);
    if (range === undefined) return "unsatisfiable";
    if (range.length > 0) ranges.push(range);
  }
  if (size === 0) return "whole";
  if (ranges.length === 0) return "unsatisfiable";
  return ranges.reduce((sum, range) => sum + range.length, 0) > size ? "whole" : ranges;
}

/** The value of `Content-Range` for a part. */
export function contentRange({ start, length }: ByteRange, size: number): string {
  return `bytes ${start}-${start + length - 1}/${size}`;
}

/** Undefined for an invalid range; length 0 if it is behind the end. */
function parseOne(text: string, size: number): ByteRange | undefined {
  const [, first = "", last = ""] = /^(\d*)\s*-\s*(\d*)$/.exec(text) ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return { start: size - length, length };
  }
  const start = Number(first);
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== "" && Number(last) < start) return undefined;
  return { start, length: Math.max(0, end - start + 1) };
}
