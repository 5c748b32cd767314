/**
 * The part of the table below `letts completion`, and what the scripts ask.
 *
 * @module
 */
import type { Shell } from "../parse/completion/scripts.ts";
import { type Command, command, type CommandGroup, group } from "../parse/grammar.ts";

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
    load: async () => (await import("./completion.ts")).completionFor(shell),
  });
}

/** Scripts for the shells. */
export const COMPLETION: CommandGroup = group(
  { name: "completion", summary: "Print completion scripts for shells" },
  (["bash", "fish", "powershell", "zsh"] as const).map(shellCommand),
);

/** Answers the scripts. */
export const COMPLETE: Command = command({
  name: "__complete",
  summary: "Print what may come next",
  raw: true,
  hidden: true,
  flags: [],
  load: async () => (await import("./complete.ts")).completeLine,
});
