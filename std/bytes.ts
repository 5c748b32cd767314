/** `@std/bytes` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./bytes.d.ts"
export { concat } from "deno-std/bytes/concat.js";
// @ts-types="./bytes.d.ts"
export { endsWith } from "deno-std/bytes/ends_with.js";
// @ts-types="./bytes.d.ts"
export { equals } from "deno-std/bytes/equals.js";
// @ts-types="./bytes.d.ts"
export { indexOfNeedle } from "deno-std/bytes/index_of_needle.js";
// @ts-types="./bytes.d.ts"
export { startsWith } from "deno-std/bytes/starts_with.js";
