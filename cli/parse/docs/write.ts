/**
 * Writes docs/cli.md: `deno task docs`.
 *
 * @module
 */
import { ROOT } from "../../commands/root.ts";
import { markdown } from "./markdown.ts";

await Deno.writeTextFile(new URL("../../../docs/cli.md", import.meta.url), markdown(ROOT));
