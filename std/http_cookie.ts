/** `@std/http/cookie` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./http_cookie.d.ts"
export { deleteCookie, getCookies, setCookie } from "deno-std/http/cookie.js";
