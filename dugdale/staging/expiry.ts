import type { DugdaleConfig } from "../../config/dugdale/config.ts";
import type { RetentionTtls } from "../store/staging_retention.ts";

/** Retention of files under this configuration, for `store.staging.retention.settle`. */
export function retentionTtls({ cleanup, exec }: DugdaleConfig): RetentionTtls {
  return {
    stagingTtlMs: cleanup.stagingTtlMs,
    downloadedGraceMs: cleanup.downloadedGraceMs,
    successTtlMs: cleanup.successTtlMs,
    failedTtlMs: cleanup.failedTtlMs,
    execSuccessTtlMs: exec.execSuccessTtlMs,
    execFailedTtlMs: exec.execFailedTtlMs,
  };
}

/** Retention of a new upload, in milliseconds: a staging TTL of 0 would leave no time to use it. */
export function uploadTtlMs({ cleanup }: DugdaleConfig): number {
  return cleanup.stagingTtlMs || 3_600_000;
}
