/**
 * Content of a configuration file, with the data for its permission check.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import process from "node:process";
import { ConfigError } from "./config_error.ts";

/** Text, owner and permissions of a file, read from the same open file. */
export interface FileText {
  /** The path, as given. */
  readonly file: string;
  /** The content. */
  readonly text: string;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** Id of the user who owns it. */
  readonly uid: number;
  /** Id of its group. */
  readonly gid: number;
}

/**
 * Reads a file, following symbolic links.
 *
 * @throws {ConfigError} When it cannot be read or is not UTF-8; `cause` is the reason.
 */
export function readFileText(file: string): FileText {
  const { bytes, mode, uid, gid } = readFile(file);
  try {
    return { file, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), mode, uid, gid };
  } catch (cause) {
    throw new ConfigError("must be UTF-8 text", { file }, { cause });
  }
}

function readFile(file: string): Pick<FileText, "mode" | "uid" | "gid"> & { readonly bytes: Uint8Array } {
  try {
    const descriptor = openSync(file, "r");
    try {
      const { mode, uid, gid } = fstatSync(descriptor);
      return { bytes: readFileSync(descriptor), mode: mode & 0o777, uid, gid };
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw new ConfigError(`cannot be read: ${reason(cause)}`, { file }, { cause });
  }
}

/**
 * Checks that a file with secrets is readable only by its owner. Windows has no such permissions.
 *
 * @param what The secret in the file, for the message.
 * @throws {ConfigError} With stage `permissions`, unless the mode is 0600 or 0400.
 */
export function requirePrivateMode({ file, mode }: FileText, what: string): void {
  if (process.platform === "win32" || mode === 0o600 || mode === 0o400) return;
  const bits = mode.toString(8).padStart(4, "0");
  throw new ConfigError(`holds ${what}, so its mode must be 0600 or 0400, not ${bits}`, {
    stage: "permissions",
    file,
  });
}

/**
 * Checks that a file with secrets belongs to the user who runs this process. Windows has no such ids.
 *
 * @param what The secret in the file, for the message.
 * @throws {ConfigError} With stage `permissions`.
 */
export function requireOwnFile({ file, uid }: FileText, what: string): void {
  const own = process.getuid?.();
  if (process.platform === "win32" || own === undefined || uid === own) return;
  throw new ConfigError(`holds ${what}, so it must belong to user ${own}, not ${uid}`, {
    stage: "permissions",
    file,
  });
}

/**
 * Checks that a file that was found, not named, cannot have been written by another user: it decides where tokens are
 * sent. Files of root are trusted, and under `sudo` those of the calling user. Write permission of the user's private
 * group is accepted. Windows has no such permissions.
 *
 * @param sudoUid The variable SUDO_UID.
 * @throws {ConfigError} With stage `permissions`.
 */
export function requireTrusted({ file, mode, uid, gid }: FileText, sudoUid: string | undefined): void {
  const own = process.getuid?.();
  if (process.platform === "win32" || own === undefined) return;
  const naming = "to name the file with --config or LETTS_CONFIG is to trust it";
  if (uid !== own && uid !== 0 && !(own === 0 && String(uid) === sudoUid)) {
    throw new ConfigError(
      `belongs to user ${uid}, who could let it send your tokens elsewhere; ` +
        `"chown ${own} ${file}" makes it yours, ${naming}`,
      { stage: "permissions", file },
    );
  }
  const writable = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== uid);
  if (!writable) return;
  const bits = mode.toString(8).padStart(4, "0");
  throw new ConfigError(
    `can be changed by other users (mode ${bits}), who could let it send your tokens elsewhere; ` +
      `"chmod go-w ${file}" ends that, ${naming}`,
    { stage: "permissions", file },
  );
}

/** Whether a file operation failed because the file, or a folder in its path, does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Reason of a failed file operation, in one line. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
