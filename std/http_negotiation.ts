/** `@std/http/negotiation` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./http_negotiation.d.ts"
export { accepts, acceptsEncodings, acceptsLanguages } from "deno-std/http/negotiation.js";
