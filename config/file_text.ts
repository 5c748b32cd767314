/**
 * A configuration file as it is on disk, with what its permission check needs.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import process from "node:process";
import { ConfigError } from "./config_error.ts";

/** Text and owner of one file, both of the same moment. */
export interface FileText {
  /** The path, as it was given. */
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
 * Requires that only the owner can read a file that holds secrets. Windows has no such bits.
 *
 * @param what The secret that was found, for the message.
 * @throws {ConfigError} With the stage `permissions`, unless the bits are 0600 or 0400.
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
 * Requires that a file that holds secrets belongs to the user who runs this process. Windows has no such ids.
 *
 * @param what The secret that was found, for the message.
 * @throws {ConfigError} With the stage `permissions`.
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
 * Requires that no other user could have written a file that was found and not named: it decides to whom tokens are
 * sent. Files of root are trusted, and under `sudo` those of the user who called it. The group of a user who is alone in
 * it, by its number, may write. Windows has no such bits.
 *
 * @param sudoUid The variable SUDO_UID.
 * @throws {ConfigError} With the stage `permissions`.
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

/** Whether a file operation failed because the file, or a folder on the way to it, is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

/** Why a file operation failed, in one line. */
export function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
