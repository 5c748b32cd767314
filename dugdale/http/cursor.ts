/**
 * Cursors on the wire: a position in a list, as JSON in base64url. Through `Buffer`, because the testing kit also runs
 * on runtimes without `Uint8Array.fromBase64`.
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** The cursor of the page after this position. */
export function encodeCursor(place: object): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** Clients may write cursors themselves, so the position has to be validated. @throws {SyntaxError} */
export function decodeCursor(cursor: string): unknown {
  // Buffer skips characters that are not base64url.
  if (!/^[\w-]*={0,2}$/.test(cursor)) throw new SyntaxError("not base64url");
  return JSON.parse(Buffer.from(cursor, "base64url").toString());
}
