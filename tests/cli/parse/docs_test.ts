/** The documents that are made of the table of commands. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { ROOT } from "../../../cli/commands/root.ts";
import { manPages } from "../../../cli/parse/docs/man.ts";
import { markdown } from "../../../cli/parse/docs/markdown.ts";
import { walk } from "../../../cli/parse/docs/walk.ts";
import { helpText } from "../../../cli/parse/help.ts";
import { parseLine } from "../../../cli/parse/parse.ts";
import { hasProgram } from "../../examples/run_example.ts";

Deno.test("docs/cli.md is generated from the definitions of the commands (deno task docs)", async () => {
  const written = await Deno.readTextFile(new URL("../../../docs/cli.md", import.meta.url));
  assertEquals(written, markdown(ROOT));
});

Deno.test("every command has help that names all of its flags, in lines that fit a page", () => {
  for (const { node, path } of walk(ROOT)) {
    const text = helpText(node, path);
    assertStringIncludes(text, `Usage:\n  ${path.join(" ")}`);
    for (const line of text.split("\n")) assertEquals(line.length <= 120, true, `${path.join(" ")}: ${line}`);
    if (node.kind === "group") continue;
    for (const name of node.flags.flatMap((group) => Object.keys(group))) {
      assertStringIncludes(text, `--${name}`);
    }
  }
});

Deno.test("every example is a command line that letts understands", () => {
  for (const { node, path } of walk(ROOT)) {
    if (node.kind === "group") continue;
    for (const { line } of node.examples) {
      const [, ...words] = line.replace(/^.*\| /, "").split(" ").map((word) => word.replaceAll("'", ""));
      const invocation = parseLine(ROOT, words.filter((word) => word !== "640}"));
      assertEquals(invocation.kind === "run" && invocation.path.join(" "), path.join(" "), line);
    }
  }
});

Deno.test("every manual page passes the formatters of this machine without a warning", async () => {
  const pages = manPages(ROOT);
  assertEquals(pages.some(({ file }) => file === "letts-ctl-missions-list.1"), true);
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  try {
    // A heading begins a paragraph of its own; another mark behind it is what mandoc warns of.
    for (const { file, text } of pages) assertEquals(/^\.SH .*\n\.PP$/m.test(text), false, file);
    for (const { file, text } of pages) await Deno.writeTextFile(`${folder}/${file}`, text);
    const files = pages.map(({ file }) => file);
    for (
      const [formatter, ...flags] of [
        ["groff", "-man", "-Tutf8", "-ww", "-z"],
        ["mandoc", "-T", "lint", "-W", "warning"],
      ] as const
    ) {
      if (!await hasProgram(formatter)) continue;
      const command = new Deno.Command(formatter, { args: [...flags, ...files], cwd: folder });
      const { code, stdout, stderr } = await command.output();
      assertEquals([code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)], [0, "", ""]);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
