/** The tutorial and the how-to pages, followed word for word. */
import { assertEquals } from "@std/assert";
import { cannotWalk, install, missingLine, stepsOf, walk } from "./page.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const PAGES = [
  "tutorial.md",
  ...[...Deno.readDirSync(new URL("how-to/", DOCS))].map(({ name }) => `how-to/${name}`),
];

const reason = cannotWalk();

Deno.test({
  name: `the pages of docs/ do what they say${reason === undefined ? "" : ` (ignored: ${reason})`}`,
  ignore: reason !== undefined,
  fn: async (t) => {
    const installed = await Deno.makeTempDir({ prefix: "letts-installed-" });
    try {
      await install(installed);
      for (const name of PAGES.sort()) {
        const page = await Deno.readTextFile(new URL(name, DOCS));
        // A page that only shows what a real server needs says so with its first words.
        if (!stepsOf(page).some(({ kind }) => kind === "command")) continue;
        await t.step(name, () => walk(page, installed, name.startsWith("how-to/")));
      }
    } finally {
      await Deno.remove(installed, { recursive: true });
    }
  },
});

Deno.test("missingLine() wants each line once, and takes … for anything", () => {
  const printed = "one\n  two 2\nthree\n";
  assertEquals(missingLine(printed, "three\n…\none\n"), undefined);
  assertEquals(missingLine(printed, "two …\nthree"), undefined);
  assertEquals(missingLine(printed, "one\none"), "one");
  assertEquals(missingLine(printed, "tw"), "tw");
});
