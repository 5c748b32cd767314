/** A part of a file: `length` bytes from `start`. */
export interface ByteRange {
  readonly start: number;
  readonly length: number;
}

/** What a `Range` header asks of a file of that size: parts of it, the whole, or nothing that could be given. */
export type Wanted = readonly ByteRange[] | "whole" | "unsatisfiable";

/**
 * Reads a `Range` header. Parts that lie behind the end are left out; when the rest together is longer than the
 * file, the whole is cheaper; of an empty file there is only the whole.
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

/** Undefined when the text is no range; of length 0 when it lies behind the end. */
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
