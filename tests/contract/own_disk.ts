import { assert } from "@std/assert";
import { OWN } from "./harness.ts";

/** A file system of its own, in memory; undefined where mounting is not allowed. */
export async function mounted(folder: string, bytes: number): Promise<AsyncDisposable | undefined> {
  const run = async (program: string, args: string[]): Promise<boolean> => {
    try {
      return (await new Deno.Command(program, { args, stderr: "null" }).output()).success;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  };
  await Deno.mkdir(folder, { recursive: true });
  if (!await run("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0700`, "letts-test", folder])) {
    return undefined;
  }
  return { [Symbol.asyncDispose]: async () => assert(await run("umount", [folder])) };
}

/** Whether {@linkcode mounted} works here. */
export async function canMount(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  try {
    await using disk = OWN ? await mounted(folder, 1024 * 1024) : undefined;
    return disk !== undefined;
  } finally {
    await Deno.remove(folder);
  }
}
