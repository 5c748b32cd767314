/** `letts completion bash`, `zsh`, `fish` and `powershell`. @module */
import type { Call } from "../call.ts";
import { SCRIPTS, type Shell } from "../parse/completion/scripts.ts";

/** The command that prints the script of a shell. */
export function completionFor(shell: Shell): (call: Call<unknown>) => Promise<void> {
  return (call) => call.io.stdout.write(SCRIPTS[shell]);
}
