/** Runs the CLI as a process, as a shell would. @module */
import { fromFileUrl } from "./paths.ts";

/**
 * What is tested: the sources, or the bundle that `LETTS_TEST_BUNDLE` names. Both must pass the same tests; `deno task
 * test-bundle` makes a bundle and tests it.
 */
const MAIN = Deno.env.get("LETTS_TEST_BUNDLE") ?? fromFileUrl("../../cli/main.ts");

/** True when a bundle is tested: its version is stamped. */
export const BUNDLED: boolean = Deno.env.has("LETTS_TEST_BUNDLE");

/** The words that start the CLI with these arguments. */
export function cliWords(args: readonly string[]): readonly [program: string, ...args: string[]] {
  return [Deno.execPath(), "run", "-A", "--unstable-no-legacy-abort", MAIN, ...args];
}

/** What a process left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process is started. */
export interface CliOptions {
  readonly cwd?: string;
  /** Added to an environment that has nothing but HOME, PATH and the cache of Deno. */
  readonly env?: Readonly<Record<string, string>>;
  /** Piped in; without it standard input is empty. */
  readonly stdin?: string;
}

/** The environment of every process: the tests must not find the letts.yaml of the user who runs them. */
export function baseEnv(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept = ["PATH", "DENO_DIR", "XDG_CACHE_HOME"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  return { ...Object.fromEntries(kept), DENO_DIR: cache, HOME: "/nonexistent", ...extra };
}

/** Starts the CLI and lets the test talk to it. */
export function startCli(args: readonly string[], options: CliOptions = {}): Deno.ChildProcess {
  const [program, ...words] = cliWords(args);
  return new Deno.Command(program, {
    args: words,
    cwd: options.cwd ?? "/",
    clearEnv: true,
    env: baseEnv(options.env),
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs the CLI to its end. */
export async function cli(args: readonly string[], options: CliOptions = {}): Promise<Finished> {
  const child = startCli(args, options);
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}
