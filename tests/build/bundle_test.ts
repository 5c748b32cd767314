import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { bundle } from "../../build/bundle.ts";
import { stamped } from "../../build/stamp.ts";
import config from "../../deno.json" with { type: "json" };

async function printed(file: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-no-legacy-abort", file, ...args],
    cwd: "/",
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the bundle runs from anywhere and says which version it is", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/letts.js`;
    await bundle(file);
    assertEquals(await printed(file, "version"), `letts ${config.version}\n`);
    assertMatch(
      await printed(file, "dugdale", "--version"),
      /^dugdale \d+\.\d+\.\d+ \(commit=([0-9a-f]{12}(-dirty)?|unknown), built_at=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\n$/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stamped() refuses a bundle in which there is nothing to stamp", () => {
  const stamp = { version: "1.0.0", commit: "c", built_at: "t" };
  assertThrows(() => stamped("var VERSION = {};", stamp), Error, "once");
});
