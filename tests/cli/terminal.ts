/** Runs the CLI on a terminal. @module */
import { baseEnv, cliWords } from "./cli_process.ts";

/** What the command prints on a terminal so many columns wide. */
export async function onTerminal(args: readonly string[], cwd: string, columns = 100): Promise<string> {
  const { stdout } = await new Deno.Command("script", {
    args: [
      "-qec",
      `stty cols ${columns}; ${cliWords(args).map((word) => `'${word}'`).join(" ")}`,
      "/dev/null",
    ],
    cwd,
    clearEnv: true,
    env: baseEnv({ TERM: "xterm-256color", SHELL: "/bin/sh" }),
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}
