/** Node and Bun, for tests of what runs under them too. @module */

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The major version of a runtime; 0 when it is not installed. */
async function major(name: string): Promise<number> {
  try {
    const { stdout } = await new Deno.Command(name, { args: ["--version"] }).output();
    return Number(/^v?(\d+)/.exec(decode(stdout))?.[1] ?? 0);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** Whether a Node that the client supports is installed. */
export async function hasNode(): Promise<boolean> {
  return await major("node") >= 20;
}

/** Whether Bun is installed. */
export async function hasBun(): Promise<boolean> {
  return await major("bun") >= 1;
}

/** Runs a script to its end. */
export async function runUnder(
  runtime: "node" | "bun",
  ...args: string[]
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr } = await new Deno.Command(runtime, { args }).output();
  return { stdout: decode(stdout), stderr: decode(stderr) };
}
