/** `letts new mission`. @module */
import { delimiter, dirname, join, relative, resolve } from "node:path";
import { findDeno, isExecutable } from "../../../dugdale/interpreters.ts";
import { quote } from "../../../protocol/clip.ts";
import { MISSION_NAME } from "../../../protocol/names.ts";
import { UsageError } from "../../errors.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { exists } from "../../parse/paths.ts";
import type { NEW_MISSION_FLAGS } from "./command.ts";
import { importAdvice } from "./import_map.ts";
import { JAVASCRIPT } from "./javascript.ts";
import type { Language, NewFile, Scaffold } from "./new_file.ts";
import { PHP } from "./php.ts";
import { PYTHON } from "./python.ts";
import { SHELL } from "./shell.ts";
import { TYPESCRIPT } from "./typescript.ts";

/** Creates a mission and its test. */
export async function newMission(call: Call<Values<typeof NEW_MISSION_FLAGS>>): Promise<void> {
  const { flags: { lang, dir }, args: [name = ""], io } = call;
  const { mission, test, runTest } = missionFiles(name, lang);
  const folder = resolve(dir);
  const advice = lang === "ts" ? importAdvice(folder) : undefined;
  const files = [mission, test, ...(advice?.make ?? [])];
  const shown = (path: string): string => relative(Deno.cwd(), join(folder, path)) || path;
  const taken = files.filter(({ path }) => exists(join(folder, path)));
  if (taken.length > 0) {
    throw new UsageError(
      `${taken.map(({ path }) => shown(path)).join(", ")} exists, and nothing is replaced`,
    );
  }
  for (const file of files) {
    await write(folder, file);
    await io.stderr.write(`letts: wrote ${shown(file.path)}\n`);
  }
  if (advice?.tell !== undefined) await io.stderr.write(`letts: ${advice.tell}\n`);
  await io.stdout.write(
    `Next:\n  letts check mission ${shown(mission.path)}\n  ${typed(runTest(shown(test.path)))}\n`,
  );
}

/** A command as the user's shell finds it: letts may carry the only Deno there is. */
function typed(command: string): string {
  const own = dirname(Deno.env.get("LETTS_DENO") ?? "");
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder !== own);
  if (!command.startsWith("deno ") || folders.some((folder) => isExecutable(join(folder, "deno")))) {
    return command;
  }
  return command.replace("deno", () => findDeno() ?? "deno");
}

async function write(folder: string, { path, mode, text }: NewFile): Promise<void> {
  const target = join(folder, path);
  await Deno.mkdir(dirname(target), { recursive: true });
  try {
    await Deno.writeTextFile(target, text, { createNew: true, mode });
  } catch (cause) {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    throw new UsageError(`${target} exists, and nothing is replaced`, { cause });
  }
}

const SCAFFOLDS: Readonly<Record<Language, Scaffold>> = {
  ts: TYPESCRIPT,
  sh: SHELL,
  py: PYTHON,
  php: PHP,
  js: JAVASCRIPT,
};

/** A mission, its test, and how to run the test. */
interface MissionFiles {
  readonly mission: NewFile;
  /** In a separate folder: mission names contain no slash, so it cannot be dispatched. */
  readonly test: NewFile;
  /** The command for the path of the test. */
  readonly runTest: (path: string) => string;
}

/**
 * The files for a name, which may include the extension of a language.
 *
 * @throws {UsageError} When the name is not a valid mission name.
 */
function missionFiles(given: string, language: Language): MissionFiles {
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
