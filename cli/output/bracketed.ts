/** Words in brackets, as in `[a b]`. @module */

/** The words with spaces between, in brackets. */
export function bracketed(words: readonly string[]): string {
  return `[${words.join(" ")}]`;
}
