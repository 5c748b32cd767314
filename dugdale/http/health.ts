import type { VersionReply } from "../../protocol/lane.ts";
import { ProblemError } from "../problem_error.ts";
import { json, jsonText } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";

/** Damage that needs manual repair. */
export interface CriticalError {
  readonly kind: string;
  /** Empty if it does not concern a single mission. */
  readonly mission_id: string;
  /** The operation that found it. */
  readonly op: string;
}

/** Dependencies of the readiness check. */
export interface Readiness {
  criticalError(): CriticalError | undefined;
  draining(): boolean;
  /** When the configuration was applied; reads the database. */
  appliedMs(): number | undefined;
  /** Rejects when the database is not writable. */
  writable(): Promise<void>;
}

/** Handlers that need no token. */
export function healthHandlers(
  readiness: Readiness,
  version: VersionReply,
  metrics: () => string,
): RouteHandlers<"healthz" | "readyz" | "version" | "metrics" | "openapi"> {
  let document: string | undefined;
  return {
    healthz: () => json({ status: "ok" }),
    readyz: () => ready(readiness),
    version: () => json(version),
    openapi: async () => {
      // Imported on demand: it is rarely requested.
      const { openApiDocument } = await import("./openapi/document.ts");
      return jsonText(document ??= JSON.stringify(openApiDocument(version.version)));
    },
    metrics: () =>
      new Response(metrics(), {
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
      }),
  };
}

async function ready(readiness: Readiness): Promise<Response> {
  const critical = readiness.criticalError();
  if (critical !== undefined) {
    throw new ProblemError("awaiting_manual_repair", "the database needs manual repair", {
      details: { ...critical },
    });
  }
  if (readiness.draining()) {
    throw new ProblemError("awaiting_drain", "this dugdale is shutting down", { retryAfterS: 30 });
  }
  let appliedMs: number | undefined;
  try {
    appliedMs = readiness.appliedMs();
    await readiness.writable();
  } catch (cause) {
    throw new ProblemError("db_error", "the database failed", { status: 503, cause });
  }
  if (appliedMs !== undefined) return json({ status: "ok", applied_at: appliedMs });
  throw new ProblemError("awaiting_apply", "no configuration has been applied yet", {
    details: { applied_at: null },
  });
}
