/** Runs the CLI on a terminal. @module */
import { baseEnv } from "./cli_process.ts";
import { fromFileUrl } from "./paths.ts";

/** What the command prints on a terminal of 100 columns. */
export async function onTerminal(args: readonly string[], cwd: string): Promise<string> {
  const words = [Deno.execPath(), "run", "-A", fromFileUrl("../../cli/main.ts"), ...args];
  const { stdout } = await new Deno.Command("script", {
    args: ["-qec", `stty cols 100; ${words.map((word) => `'${word}'`).join(" ")}`, "/dev/null"],
    cwd,
    clearEnv: true,
    env: baseEnv({ TERM: "xterm-256color", SHELL: "/bin/sh" }),
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}
