/** `@std/csv/parse` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./csv_parse.d.ts"
export { parse } from "deno-std/csv/parse.js";
