#!/usr/bin/env -S deno run --allow-all
/**
 * Entry of the `letts` command; the only place that ends the process.
 *
 * @module
 */
import { exitCodeOf } from "./exit_code.ts";
import { letts } from "./letts.ts";
import { processIo } from "./process_io.ts";

let code = 0;
try {
  await letts(Deno.args, processIo((status) => Deno.exit(status)));
} catch (error) {
  code = exitCodeOf(error);
}
Deno.exit(code);
