/**
 * Cursors on the wire: a place in a list, as JSON in base64url. Through `Buffer`, because the requests are also read
 * by the testing kit, under runtimes that have no `Uint8Array.fromBase64`.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** What a client sends to get the page after this place. */
export function encodeCursor(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** Clients also write cursors themselves, so the place has to be checked. @throws {SyntaxError} */
export function decodeCursor(cursor: string): unknown {
  // Buffer skips what is not base64url.
  if (!/^[\w-]*={0,2}$/.test(cursor)) throw new SyntaxError("not base64url");
  return JSON.parse(Buffer.from(cursor, "base64url").toString());
}
