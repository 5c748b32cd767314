/**
 * Texts about all commands, for the generated documents.
 *
 * @module
 */

/** Meaning of each exit code. */
export const EXIT_CODES: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "success"],
  ["1", "the mission failed, or an error without a code of its own"],
  ["2", "invalid usage: unknown flag, bad value, missing argument"],
  ["3", "configuration: no file, a fault in it, its permissions, a missing token or variable"],
  ["4", "network: a dugdale cannot be reached, or its answer is invalid"],
  ["5", "a dugdale refused the token"],
  ["124", "the wait timed out; the mission keeps running"],
  ["125", "the mission was killed, timed out, ran out of memory, crashed or was lost"],
  ["130, 143", "Ctrl-C, or a request to end; a mission keeps running, unless it is embedded"],
  ["141", "the pipe of the output was closed"],
  ["255", "letts exec failed before the command ended"],
];

/** Search path of letts.yaml. */
export const CONFIG_FILES: readonly string[] = [
  "--config",
  "$LETTS_CONFIG",
  "./letts.yaml",
  "$XDG_CONFIG_HOME/letts/letts.yaml",
  "$HOME/.letts/letts.yaml",
  "/etc/letts/letts.yaml",
];

/** Environment variables that affect letts. */
export const VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ["LETTS_CONFIG", "letts.yaml to use"],
  ["NO_COLOR", "when set to anything, no colours"],
];
