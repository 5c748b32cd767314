/**
 * `letts completion`, and the hidden command that its scripts call.
 *
 * @module
 */
import type { Shell } from "../parse/completion/scripts.ts";
import { type Call, type Command, command, type CommandGroup, group } from "../parse/grammar.ts";

const LOADING: Readonly<Record<Shell, readonly string[]>> = {
  bash: [
    "For this shell:     source <(letts completion bash)",
    "For every shell:    letts completion bash > ~/.local/share/bash-completion/completions/letts",
  ],
  zsh: [
    "For this shell:     source <(letts completion zsh)",
    'For every shell:    letts completion zsh > "${fpath[1]}/_letts"',
  ],
  fish: [
    "For this shell:     letts completion fish | source",
    "For every shell:    letts completion fish > ~/.config/fish/completions/letts.fish",
  ],
  powershell: [
    "For this shell:     letts completion powershell | Out-String | Invoke-Expression",
    "For every shell:    letts completion powershell >> $PROFILE",
  ],
};

function shellCommand(shell: Shell): Command {
  return command({
    name: shell,
    summary: `Print the completion script for ${shell}`,
    about: [LOADING[shell].join("\n")],
    flags: [],
  }, async () => {
    const { SCRIPTS } = await import("../parse/completion/scripts.ts");
    return (call) => call.io.stdout.write(SCRIPTS[shell]);
  });
}

/** Scripts for the shells. */
export const COMPLETION: CommandGroup = group(
  { name: "completion", summary: "Print completion scripts for shells" },
  (["bash", "fish", "powershell", "zsh"] as const).map(shellCommand),
);

/** Placeholder for an empty word after a space, for shells that drop empty arguments. */
const NEW_WORD = '""';

/**
 * Prints candidates: first `none`, `files` or `folders`, which tells what the shell should add, then one line for each
 * word, with a tab and its description.
 */
async function completeLine(call: Call<unknown>): Promise<void> {
  const { complete } = await import("../parse/completion/complete.ts");
  const { knownNames } = await import("../parse/completion/known_names.ts");
  const { args, io, root } = call;
  const words = args.at(-1) === NEW_WORD ? [...args.slice(0, -1), ""] : args;
  const at = args.indexOf("--config");
  const path = at === -1 ? undefined : args[at + 1];
  const { candidates, files, ask } = complete(root, words, () => knownNames(path, io.env));
  const missions = ask === undefined ? [] : await (await import("../parse/completion/known_missions.ts"))
    .knownMissions(ask, words.at(-1)?.replace(/^--[^=]*=/, "") ?? "", path, io.env);
  const lines = [...candidates, ...missions].map(({ word, means }) =>
    means === "" ? word : `${word}\t${means}`
  );
  await io.stdout.write([files, ...lines].map((line) => `${line}\n`).join(""));
}

/** The hidden command called by the scripts. */
export const COMPLETE: Command = command({
  name: "__complete",
  summary: "Print what may come next",
  raw: true,
  hidden: true,
  flags: [],
}, () => Promise.resolve(completeLine));
