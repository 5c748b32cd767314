/** `@std/bytes/concat` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./bytes_concat.d.ts"
export { concat } from "deno-std/bytes/concat.js";
