/**
 * What protects a browser: proof of the same origin, and response headers.
 *
 * @module
 */
import { Refusal } from "./refusal.ts";
import { cookiesOf, CSRF_COOKIE, sameText } from "./sessions.ts";

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

/** Headers of every answer. */
const HEADERS: readonly (readonly [string, string])[] = [
  ["referrer-policy", "same-origin"],
  ["x-content-type-options", "nosniff"],
  ["x-frame-options", "DENY"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
];

/** Allows what comes from this origin, and nothing else. */
export const CONTENT_SECURITY_POLICY: string =
  "default-src 'self'; connect-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'";

/** Adds the headers that every answer has. */
export function guarded(response: Response): Response {
  for (const [name, value] of HEADERS) response.headers.set(name, value);
  return response;
}

/**
 * Whether a request that changes something comes from the page itself.
 *
 * @throws {Refusal} `csrf` when it does not.
 */
export function requireSameOrigin({ method, headers }: Request): void {
  if (READING.has(method)) return;
  const cookie = cookiesOf(headers)[CSRF_COOKIE] ?? "";
  const sent = headers.get("x-csrf-token") ?? "";
  if (!isSameOrigin(headers) || cookie === "" || !sameText(cookie, sent)) {
    throw new Refusal(403, "csrf", "the request does not come from a page of this UI");
  }
}

function isSameOrigin(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site === "same-origin") return true;
  // A browser that says nothing about the site still says the origin.
  return (site === null || site === "none") && originHost(headers) === headers.get("host")?.toLowerCase();
}

function originHost(headers: Headers): string | undefined {
  return URL.parse(headers.get("origin") ?? "")?.host;
}
