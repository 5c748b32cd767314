/** Whether an operation failed because the file or folder is not there (any more). */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || hasCode(error, "ENOENT", "ENOTDIR");
}

/** Whether an operation failed because the daemon may not look there. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied || hasCode(error, "EACCES", "EPERM");
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code));
}
