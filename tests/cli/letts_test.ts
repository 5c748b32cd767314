import { assertEquals, assertStringIncludes } from "@std/assert";
import { toText } from "@std/streams";
import { BUNDLED, cli, cliWords } from "./cli_process.ts";
import settings from "../../deno.json" with { type: "json" };

const VERSION = BUNDLED ? settings.version : "dev";

for (const args of [["version"], ["--version"], ["version", "-o", "json"], ["-v", "version"]]) {
  Deno.test(`letts ${args.join(" ")} prints the version on stdout`, async () => {
    assertEquals(await cli(args), { code: 0, stdout: `letts ${VERSION}\n`, stderr: "" });
  });
}

for (const args of [[], ["--help"], ["-h"], ["help"], ["--quiet"]]) {
  Deno.test(`letts ${args.join(" ")} prints the list of commands`, async () => {
    const { code, stdout, stderr } = await cli(args);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "\nUsage:\n  letts <command>\n");
    assertStringIncludes(stdout, "\n  dispatch ");
  });
}

for (
  const args of [["run", "--help"], ["--help", "run"], ["help", "run"], ["run", "--bogus", "-h"], [
    "-h",
    "run",
    "x",
  ]]
) {
  Deno.test(`letts ${args.join(" ")} prints the help of run, whatever else is wrong`, async () => {
    const { code, stdout, stderr } = await cli(args);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "\nUsage:\n  letts run [flags] [<mission>]\n");
  });
}

Deno.test("letts ends quietly when the reader of its output goes", async () => {
  const child = new Deno.Command("sh", {
    args: ["-c", `"$0" "$@"; echo $? >&2`, ...cliWords(["help"])],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  const stderr = await toText(child.stderr);
  await child.status;
  assertEquals(stderr, "141\n");
});
