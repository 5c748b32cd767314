/** `letts new mission`. @module */
import { dirname, join, relative, resolve } from "node:path";
import { UsageError } from "../../errors.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { exists } from "../exists.ts";
import type { NEW_MISSION_FLAGS } from "./command.ts";
import { importAdvice } from "./import_map.ts";
import { missionFiles } from "./mission_files.ts";
import type { NewFile } from "./new_file.ts";

/** Makes a mission and its test. */
export async function newMission(call: Call<Values<typeof NEW_MISSION_FLAGS>>): Promise<void> {
  const { flags: { lang, dir }, args: [name = ""], io } = call;
  const { mission, test, runTest } = missionFiles(name, lang);
  const folder = resolve(dir);
  const advice = lang === "ts" ? importAdvice(folder) : undefined;
  const files = [mission, test, ...(advice !== undefined && "make" in advice ? [advice.make] : [])];
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
  if (advice !== undefined && "tell" in advice) await io.stderr.write(`letts: ${advice.tell}\n`);
  await io.stdout.write(
    `Next:\n  letts check mission ${shown(mission.path)}\n  ${runTest(shown(test.path))}\n`,
  );
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
