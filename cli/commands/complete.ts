/** `letts __complete`, which completion scripts ask. @module */
import type { Call } from "../call.ts";
import { ROOT } from "./root.ts";
import { complete } from "../parse/completion/complete.ts";
import { knownNames } from "../parse/completion/known_names.ts";

/** How scripts may write the empty word behind a space, for shells that lose a really empty one. */
const NEW_WORD = '""';

/**
 * Prints what may come next: first `none`, `files` or `folders`, which says what the shell shall add itself, then a
 * line for each word, with a tab and its meaning behind it.
 */
export async function completeLine(call: Call<unknown>): Promise<void> {
  const { args, io } = call;
  const words = args.at(-1) === NEW_WORD ? [...args.slice(0, -1), ""] : args;
  const at = args.indexOf("--config");
  const { candidates, files } = complete(
    ROOT,
    words,
    () => knownNames(at === -1 ? undefined : args[at + 1], io.env),
  );
  const lines = candidates.map(({ word, means }) => means === "" ? word : `${word}\t${means}`);
  await io.stdout.write([files, ...lines].map((line) => `${line}\n`).join(""));
}
