/** `@std/text/levenshtein-distance` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./levenshtein_distance.d.ts"
export { levenshteinDistance } from "deno-std/text/levenshtein_distance.js";
