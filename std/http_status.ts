/** `@std/http/status` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./http_status.d.ts"
export { isStatus, STATUS_CODE, STATUS_TEXT } from "deno-std/http/status.js";
