import { ProblemError } from "../problem_error.ts";
import { JsonBody } from "./json_body.ts";

const BULK_MAX = 1000;

/** Reads the body of a bulk restart or delete. @throws {ProblemError} `bad_request` */
export function readBulk(bytes: Uint8Array): { readonly ids: readonly string[]; readonly force: boolean } {
  const body = JsonBody.read(bytes, "bad_request");
  const ids = body.texts("ids") ?? [];
  const force = body.boolean("force") ?? false;
  if (ids.length === 0) throw new ProblemError("bad_request", "ids must name at least one mission");
  if (ids.length <= BULK_MAX) return { ids, force };
  throw new ProblemError("bad_request", `ids must name at most ${BULK_MAX} missions`, {
    details: { count: ids.length },
  });
}
