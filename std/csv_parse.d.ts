/** `@std/csv/parse`: rows of comma-separated values. */
export function parse(input: string): string[][];
