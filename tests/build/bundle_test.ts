import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { bundle } from "../../build/bundle.ts";
import { stamped } from "../../build/stamp.ts";
import config from "../../deno.json" with { type: "json" };

async function printed(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-no-legacy-abort", `${folder}/letts.js`, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the bundle runs from anywhere and says which version it is", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await bundle(`${folder}/letts.js`);
    await t.step("letts version prints the version", async () => {
      assertEquals(await printed(folder, "version"), `letts ${config.version}\n`);
    });
    await t.step("letts dugdale --version names the daemon", async () => {
      assertMatch(
        await printed(folder, "dugdale", "--version"),
        /^dugdale \d+\.\d+\.\d+ \(commit=([0-9a-f]{12}(-dirty)?|unknown), built_at=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\n$/,
      );
    });
    await t.step("letts run --embedded runs a mission on a dugdale of its own", async () => {
      const script = `#!/bin/sh\necho '{"event":"success","return":{"says":"größer →"}}' >&3\n`;
      await Deno.writeTextFile(`${folder}/says.sh`, script, { mode: 0o755 });
      const returned = await printed(folder, "run", "--embedded", "--mission", "./says.sh");
      assertEquals(returned, `{\n  "says": "größer →"\n}\n`);
    });
    await t.step("its functions keep the names that stacks are read by", async () => {
      assertMatch(await Deno.readTextFile(`${folder}/letts.js`), /\([\w$]+,\s*"dugdaleMain"\)/);
    });
    await t.step("it starts quickly: ASCII, and nothing is imported before it is needed", async () => {
      const text = await Deno.readTextFile(`${folder}/letts.js`);
      // deno-lint-ignore no-control-regex -- what is not ASCII is looked for
      assertEquals(/[^\x00-\x7f]/.exec(text), null);
      assertEquals(/^import .* from /m.exec(text.slice(0, 1_000)), null);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stamped() refuses a bundle in which there is nothing to stamp", () => {
  const stamp = { version: "1.0.0", commit: "c", built_at: "t" };
  assertThrows(() => stamped("var VERSION = {};", stamp), Error, "once");
});
