/** A mission's process could not be started; the mission ends as `crashed`. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
  readonly reason: LaunchReason;

  constructor(reason: LaunchReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = isDiskFull(options?.cause) ? "disk_quota_exceeded" : reason;
  }
}

/** Why no process was started. */
export type LaunchReason =
  | "spawn_failed"
  | "mission_not_found"
  | "mission_not_in_dir"
  | "input_materialization_failed"
  | "disk_quota_exceeded";

/** Whether the file system is full. */
export function isDiskFull(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === "ENOSPC" || code === "EDQUOT";
}

/** The text of a thrown value. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
