/**
 * Writes docs/cli.md: `deno task docs`.
 *
 * @module
 */
import { ROOT } from "./commands.ts";
import { markdown } from "./docs/markdown.ts";

await Deno.writeTextFile(new URL("../docs/cli.md", import.meta.url), markdown(ROOT));
