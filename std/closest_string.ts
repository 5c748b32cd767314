/** `@std/text/closest-string` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./closest_string.d.ts"
export { closestString } from "deno-std/text/closest_string.js";
