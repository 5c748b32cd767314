#!/usr/bin/env -S deno run --allow-all
/**
 * Entry point of the `letts` command; the only place that ends the process.
 *
 * @module
 */
import { letts } from "./letts.ts";
import { processIo } from "./output/process_io.ts";

main();

/** No top-level await: `deno task bundle` does not support it, and the code cache is written only without it. */
async function main(): Promise<void> {
  let code = 0;
  const io = processIo((status) => Deno.exit(status));
  try {
    if (Deno.args.some((word) => word.includes("\ufffd"))) {
      const { requireUtf8 } = await import("./arguments.ts");
      await requireUtf8(Deno.args, io);
    }
    await letts(Deno.args, io);
  } catch (error) {
    const { exitCodeOf } = await import("./exit_code.ts");
    code = exitCodeOf(error);
  }
  Deno.exit(code);
}
