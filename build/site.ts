/** Builds the documentation site in `dist/site/` with VitePress; a dead link fails the build. */
import { fileURLToPath } from "node:url";

const SITE = fileURLToPath(new URL("../site/", import.meta.url));

for (
  const [program = "", ...args] of [["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], [
    "npx",
    "vitepress",
    "build",
  ]]
) {
  const { code } = await new Deno.Command(program, { args, cwd: SITE }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
