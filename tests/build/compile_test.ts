import { assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "../cli/paths.ts";

const COMPILE = fromFileUrl("../../build/compile.ts");

async function compile(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<readonly [number, string]> {
  const cwd = await Deno.makeTempDir();
  try {
    const command = ["run", "-A", COMPILE, ...args];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: command,
      cwd,
      env: { NO_COLOR: "1", ...env },
    })
      .output();
    return [code, new TextDecoder().decode(stderr)];
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("compile says in one line what is missing: the runtime, or which target DENORT_BIN is for", async () => {
  const [code, text] = await compile(["linux-x64"], { DENORT_BIN: "/nonexistent" });
  assertEquals(code, 1);
  assertMatch(text, /^cannot compile for linux-x64: .*; DENORT_BIN can name the denort of Deno \S+\n$/);
  assertEquals(await compile([], { DENORT_BIN: "/nonexistent" }), [
    1,
    "DENORT_BIN is for one target: name it, as in deno task compile linux-x64\n",
  ]);
  assertEquals((await compile(["linux"], {}))[1].split(":")[0], `unknown target "linux"`);
});
