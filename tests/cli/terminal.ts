/** Runs the CLI on a terminal. @module */
import { exitCodeOf } from "../../cli/exit_code.ts";
import type { Io, Writer } from "../../cli/output/io.ts";
import { letts } from "../../cli/letts.ts";
import { baseEnv, cliWords, type Finished } from "./cli_process.ts";

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

/** Runs a command in this process, on a colourless screen where `columns` are given, else in a pipe. */
export async function inProcess(
  args: readonly string[],
  { folder, columns }: { readonly folder: string; readonly columns?: number },
): Promise<Finished> {
  const said = { stdout: "", stderr: "" };
  const isTerminal = columns !== undefined;
  const writer = (name: keyof typeof said): Writer => ({
    isTerminal,
    write: (content) => {
      said[name] += typeof content === "string" ? content : new TextDecoder().decode(content);
      return Promise.resolve();
    },
  });
  const io: Io = {
    stdin: {
      isTerminal,
      readAll: () => Promise.resolve(new Uint8Array()),
      readLine: () => Promise.resolve(undefined),
      async *typed() {},
    },
    stdout: writer("stdout"),
    stderr: writer("stderr"),
    env: (name) => ({ LETTS_CONFIG: `${folder}/letts.yaml`, NO_COLOR: "1" })[name],
    columns: () => columns ?? 80,
    rows: () => 24,
    leave: (code) => {
      throw new Error(`left with ${code}`);
    },
  };
  const code = await letts(args, io).then(() => 0, exitCodeOf);
  return { code, ...said };
}
