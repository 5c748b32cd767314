import { ProblemError } from "../problem_error.ts";
import type { RouteHandlers } from "./call.ts";
import type { HandlerParts } from "./parts.ts";

/** `GET /v1/admin/audit` */
export function auditHandler(
  { audit, config, store }: Pick<HandlerParts, "audit" | "config" | "store">,
): RouteHandlers["audit"] {
  return (call) => {
    const { from = 0, follow = false, since, until, ...filter } = call.query();
    // A refusal is not waited for: what was recorded before this request is to be seen.
    store.flush();
    if (!config.audit.enabled && store.audit.isEmpty()) {
      throw new ProblemError("feature_disabled", "nothing is recorded: audit.enabled is false");
    }
    const stream = audit.open(from, { ...filter, sinceMs: since, untilMs: until }, follow);
    return new Response(stream, {
      headers: { "content-type": "application/x-ndjson", "x-content-type-options": "nosniff" },
    });
  };
}
