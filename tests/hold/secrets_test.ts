import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "../cli/cli_process.ts";

async function withFile(text: string, test: (cwd: string) => Promise<void>): Promise<void> {
  const cwd = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${cwd}/letts.yaml`, text, { mode: 0o600 });
    await test(cwd);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("passwords of URLs are in no error, list or report", async () => {
  const yaml = `auth: { token: t, admin_token: t }
dugdales:
  - { id: s1, url: "http://user:hidden@127.0.0.1:1234/x" }
  - { id: s2, host: "127.0.0.1:1234", proxy: "http://user:hidden@127.0.0.1:1234" }
  - { id: s3, host: "user:hidden@127.0.0.1" }
`;
  await withFile(yaml, async (cwd) => {
    for (
      const args of [
        ["ctl", "dugdales", "list"],
        ["ctl", "dugdales", "list", "-o", "json"],
        ["ctl", "dugdales", "info", "--host", "s1", "--verbose"],
        ["ctl", "dugdales", "info", "--host", "s2", "--verbose"],
        ["ctl", "dugdales", "info", "--host", "s3"],
        ["doctor"],
      ]
    ) {
      const { stdout, stderr } = await cli(args, { cwd });
      assertEquals((stdout + stderr).includes("hidden"), false, `${args.join(" ")}: ${stdout}${stderr}`);
      assert(stdout + stderr !== "", args.join(" "));
    }
  });
});

Deno.test("an error in letts.yaml quotes no token", async () => {
  for (
    const auth of [
      "{ token: *hidden }",
      "{ token: !hidden x }",
      '{ token: "hidden\\q" }',
      "{ token: hidden",
      "{ token: [hidden] }",
      "{ token: ${hidden }",
      "hidden",
    ]
  ) {
    await withFile(`auth: ${auth}\ndugdales: []\n`, async (cwd) => {
      const { code, stderr } = await cli(["ctl", "dugdales", "list"], { cwd });
      assertEquals([code, stderr.includes("hidden")], [3, false], stderr);
    });
  }
});

Deno.test("a letts.yaml of 500 bytes that stands for a billion entries is refused", async () => {
  const lines = Array.from(
    { length: 12 },
    (_, index) => `  x${index + 1}: &x${index + 1} {<<: [${Array(5).fill(`*x${index}`).join()}]}\n`,
  );
  await withFile(`templates:\n  x0: &x0 {labels: [a]}\n${lines.join("")}`, async (cwd) => {
    const { code, stderr } = await cli(["ctl", "dugdales", "list"], { cwd });
    assertEquals(code, 3);
    assertStringIncludes(stderr, "more than a million entries");
  });
});
