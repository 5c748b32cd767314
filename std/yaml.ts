/** `@std/yaml` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./yaml.d.ts"
export { parse } from "deno-std/yaml/parse.js";
// @ts-types="./yaml.d.ts"
export { stringify } from "deno-std/yaml/stringify.js";
