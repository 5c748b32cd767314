/** `@std/text/levenshtein-distance`: how many letters differ. */
export function levenshteinDistance(str1: string, str2: string): number;
