/** `@std/http/etag` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./http_etag.d.ts"
export { eTag, ifMatch, ifNoneMatch } from "deno-std/http/etag.js";
