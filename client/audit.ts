/**
 * The audit of a dugdale.
 *
 * @module
 */
import * as v from "valibot";
import { type AuditRecord, auditRecord } from "../protocol/audit.ts";
import { lines } from "../protocol/lines.ts";
import { pause } from "./abort.ts";
import { HttpError, NetworkError } from "./errors.ts";
import { requireFeatures } from "./features.ts";
import type { Connection } from "./http/connection.ts";
import { backoff } from "./http/retry.ts";
import { ADMIN } from "./http/scopes.ts";
import type { StreamPolicy } from "./run/reconnect_budget.ts";
import type { AuditOptions } from "./types.ts";

/** Maximum length of a record: the longest command of an exec. */
const LINE_MAX_BYTES = 16 * 1024 * 1024;

/** The records that match, oldest first, each exactly once; `follow` continues across broken connections. */
export async function* auditRecords(
  connection: Connection,
  policy: StreamPolicy,
  { from = 0, follow = false, signal, ...filter }: AuditOptions,
): AsyncGenerator<AuditRecord, void, void> {
  await requireFeatures(connection, ["audit"], { signal });
  let last = from;
  let downSinceMs: number | undefined;
  for (let tries = 0;; tries++) {
    try {
      const call = {
        scopes: ADMIN,
        query: { ...filter, from: last > 0 ? last : undefined, follow: follow || undefined },
        signal,
        ...(follow ? { timeoutMs: Infinity } : {}),
      };
      const { body } = await connection.open("audit", call);
      downSinceMs = undefined;
      for await (const line of lines(body, { maxBytes: LINE_MAX_BYTES })) {
        tries = 0;
        const record = parseRecord(line, connection);
        last = record.id;
        yield record;
      }
      if (!follow) return;
    } catch (error) {
      signal?.throwIfAborted();
      downSinceMs ??= performance.now();
      if (!follow || !isBreak(error) || performance.now() - downSinceMs >= policy.reconnectMs) throw error;
    }
    await pause(backoff(policy.backoffMs, tries), signal);
  }
}

/** Whether a reconnect may succeed. */
function isBreak(error: unknown): boolean {
  return error instanceof HttpError
    ? error.status >= 500
    : error instanceof NetworkError && error.code !== "bad_reply";
}

function parseRecord(line: string, { host }: Connection): AuditRecord {
  try {
    return v.parse(auditRecord, JSON.parse(line));
  } catch (cause) {
    throw new NetworkError("a line of the audit is not a record", { host, cause }, "bad_reply");
  }
}
