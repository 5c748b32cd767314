/**
 * The files of a new mission.
 *
 * @module
 */
import { quote } from "../../../protocol/clip.ts";
import { MISSION_NAME } from "../../../protocol/names.ts";
import { UsageError } from "../../errors.ts";
import { JAVASCRIPT } from "./javascript.ts";
import type { Language, NewFile, Scaffold } from "./new_file.ts";
import { PHP } from "./php.ts";
import { PYTHON } from "./python.ts";
import { SHELL } from "./shell.ts";
import { TYPESCRIPT } from "./typescript.ts";

const SCAFFOLDS: Readonly<Record<Language, Scaffold>> = {
  ts: TYPESCRIPT,
  sh: SHELL,
  py: PYTHON,
  php: PHP,
  js: JAVASCRIPT,
};

/** A mission, its test, and how the test is run. */
export interface MissionFiles {
  readonly mission: NewFile;
  /** In a folder of its own: names of missions have no slash, so that nobody can dispatch it. */
  readonly test: NewFile;
  /** The command for the path of the test. */
  readonly runTest: (path: string) => string;
}

/**
 * The files for a name, which may have the ending of the language.
 *
 * @throws {UsageError} When no mission can have that name.
 */
export function missionFiles(given: string, language: Language): MissionFiles {
  const ending = `.${language}`;
  const name = given.endsWith(ending) ? given.slice(0, -ending.length) : given;
  if (!MISSION_NAME.is(name + ending)) {
    throw new UsageError(`mission name ${quote(given)} with its ending must be ${MISSION_NAME.words}`);
  }
  const scaffold = SCAFFOLDS[language];
  return {
    mission: { path: name + ending, mode: 0o755, text: scaffold.mission(name) },
    test: { path: `tests/${name}_test${ending}`, mode: 0o644, text: scaffold.test(name) },
    runTest: scaffold.runTest,
  };
}
