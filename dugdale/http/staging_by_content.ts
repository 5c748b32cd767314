import { quote } from "../../protocol/clip.ts";
import { ProblemError } from "../problem_error.ts";
import type { Store } from "../store/store.ts";
import { json } from "./answer.ts";
import type { Call } from "./call.ts";
import type { ByContentQuery } from "../../protocol/staging.ts";

/**
 * Answers `GET /v1/staging/by-content/:sha`: any complete file with that digest and size.
 *
 * @param maxBytes Maximum size of an upload; 0 or less means no limit.
 * @throws {ProblemError} `bad_request`, `not_found`
 */
export function findByContent(
  call: Pick<Call<undefined, ByContentQuery>, "path" | "query" | "caller">,
  store: Store,
  maxBytes: number,
): Response {
  const sha256 = (call.path.sha ?? "").toLowerCase();
  if (!/^[a-f0-9]{64}$/.test(sha256)) {
    throw new ProblemError(
      "bad_request",
      `the digest must be 64 hex digits, not ${quote(sha256)}`,
    );
  }
  const { size } = call.query();
  const { limits } = call.caller.token ?? {};
  if (maxBytes > 0 && size > maxBytes) {
    throw new ProblemError("bad_request", `size ${size} is more than max_staging_upload_size ${maxBytes}`, {
      details: { size, max: maxBytes },
    });
  }
  const stagingId = Number.isSafeInteger(size)
    ? store.staging.findByContent(sha256, size, limits && ((row) => limits.seesFile(row, store)))
    : undefined;
  if (stagingId === undefined) {
    throw new ProblemError("not_found", `there is no complete file of ${size} bytes with sha256 ${sha256}`);
  }
  return json({ staging_id: stagingId, sha256, size });
}
