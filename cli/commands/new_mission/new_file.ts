/**
 * New files, and the languages that they can be written in.
 *
 * @module
 */

/** A file and its content. */
export interface NewFile {
  /** Relative to the missions folder. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** Languages by file extension. */
export type Language = "ts" | "sh" | "py" | "php" | "js";

/** Files of a new mission in a language. */
export interface Scaffold {
  /** The mission itself. */
  readonly mission: (name: string) => string;
  /** A test that runs it by hand. */
  readonly test: (name: string) => string;
  /** The command that runs the test. */
  readonly runTest: (path: string) => string;
}
