import { parseHttpDate } from "./http_date.ts";

/** Result of the conditions of a download. */
export type Verdict = "send" | "not_modified" | "precondition_failed";

/**
 * Evaluates the conditions of a download of a file that has a date but no entity tag.
 *
 * @param modifiedS Unix seconds of the file's last change.
 */
export function weigh(headers: Headers, modifiedS: number): Verdict {
  const ifMatch = headers.get("if-match");
  const unmodifiedSince = parseHttpDate(headers.get("if-unmodified-since"));
  if (ifMatch !== null) { if (ifMatch.trim() !== "*") return "precondition_failed"; }
  else if (unmodifiedSince !== undefined && modifiedS > unmodifiedSince) return "precondition_failed";
  const ifNoneMatch = headers.get("if-none-match");
  if (ifNoneMatch !== null) return ifNoneMatch.trim() === "*" ? "not_modified" : "send";
  const modifiedSince = parseHttpDate(headers.get("if-modified-since"));
  return modifiedSince !== undefined && modifiedS <= modifiedSince ? "not_modified" : "send";
}

/** The `Range` header, unless `If-Range` shows that the client's other parts belong to another file. */
export function rangeInForce(headers: Headers, modifiedS: number): string | null {
  const ifRange = headers.get("if-range");
  const applies = ifRange === null || ifRange === "" || parseHttpDate(ifRange) === modifiedS;
  return applies ? headers.get("range") : null;
}
