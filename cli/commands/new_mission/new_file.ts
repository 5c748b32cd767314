/**
 * Files that are made, and the languages that they may be written in.
 *
 * @module
 */

/** A file and what is in it. */
export interface NewFile {
  /** Relative to the folder of missions. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** Languages, as the endings of their files. */
export type Language = "ts" | "sh" | "py" | "php" | "js";

/** What a language makes of the name of a mission. */
export interface Scaffold {
  /** The mission itself. */
  readonly mission: (name: string) => string;
  /** A test that runs it by hand. */
  readonly test: (name: string) => string;
  /** The command that runs the test. */
  readonly runTest: (path: string) => string;
}
