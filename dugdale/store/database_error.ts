/** The database could not be read or written. Handlers answer `db_error`. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR and SQLITE_FULL: temporary, independent of the statement. */
const PASSING: readonly number[] = [5, 6, 10, 13];

/** SQLITE_BUSY and SQLITE_LOCKED: another process holds the lock. */
const LOCKED: readonly number[] = [5, 6];

/** SQLITE_CORRUPT and SQLITE_NOTADB, which concern the file. */
export const DAMAGED: readonly number[] = [11, 26];

/** Whether an operation failed because the database could not be read or written, regardless of the statement. */
export function isDatabaseError(error: unknown): boolean {
  return error instanceof StoreError || isSqliteError(error);
}

/** Whether a failed database operation may soon succeed. */
export function isTransient(error: unknown): boolean {
  return PASSING.includes(resultCode(error));
}

/** Whether an operation failed because another process holds the lock of the database. */
export function isLocked(error: unknown): boolean {
  return LOCKED.includes(resultCode(error));
}

/** Whether an operation failed because the database is damaged. */
export function isDamage(error: unknown): boolean {
  return DAMAGED.includes(resultCode(error));
}

function resultCode(error: unknown): number {
  const reason = error instanceof StoreError ? error.cause : error;
  // The low byte is the code, the rest its extension.
  return isSqliteError(reason) ? (reason.errcode ?? 0) & 0xff : 0;
}

function isSqliteError(error: unknown): error is Error & { readonly errcode?: number } {
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR";
}
