/** Advice for errors of dugdales. @module */
import { AuthError, BackPressureError, HttpError, NetworkError } from "../../../client/errors.ts";
import type { LettsError } from "../../../protocol/letts_error.ts";

/** The next step; undefined for other kinds of errors. */
export function errorFix(error: LettsError): string | undefined {
  if (error instanceof NetworkError) {
    return "is a dugdale running there, does letts.yaml say the right address and proxy?";
  }
  if (!(error instanceof HttpError)) return undefined;
  const { status, code } = error;
  // A dugdale always gives a reason.
  if (code === `http_${status}`) {
    return status >= 502 && status <= 504
      ? "a proxy answers for it: is the dugdale running, and does the proxy know where?"
      : "something else answers: does letts.yaml say the right address, and does a proxy let letts through?";
  }
  if (code === "draining") return "it is stopping: wait until it has started again";
  if (error instanceof AuthError) return "the tokens in letts.yaml must be those of its dugdale.yaml";
  if (error instanceof BackPressureError) return "it is busy: ask again later";
  if (status >= 500) return "its log says why: journalctl -u letts-dugdale";
  return "it does not understand this letts: bring both to the same version";
}
