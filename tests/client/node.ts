/** Node, for tests of what runs under it too. @module */

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Whether a Node that the client supports is installed. */
export async function hasNode(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    return Number(/^v(\d+)/.exec(decode(stdout))?.[1]) >= 20;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Runs a script to its end. */
export async function node(...args: string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr } = await new Deno.Command("node", { args }).output();
  return { stdout: decode(stdout), stderr: decode(stderr) };
}
