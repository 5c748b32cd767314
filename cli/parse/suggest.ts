/**
 * Suggestions for misspelled words.
 *
 * @module
 */
import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The most similar word; undefined if none is similar enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word === "" || known.length === 0) return undefined;
  const begun = known.filter((name) => word.length > 1 && name.startsWith(word));
  if (begun.length === 1) return begun[0];
  const guess = closestString(word, known);
  // Two transposed letters are the most common typo, and count as two changes.
  if (letters(word) === letters(guess)) return guess;
  const distance = levenshteinDistance(word.toLowerCase(), guess.toLowerCase());
  return distance <= Math.max(1, Math.floor(guess.length / 3)) ? guess : undefined;
}

function letters(word: string): string {
  return [...word.toLowerCase()].sort().join("");
}

/** The end of an error line: `, did you mean --route?`, or an empty string. */
export function didYouMean(word: string, known: readonly string[], prefix = ""): string {
  const guess = nearest(word, known);
  return guess === undefined ? "" : `, did you mean ${prefix}${guess}?`;
}
