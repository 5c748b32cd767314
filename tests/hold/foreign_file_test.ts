import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "../cli/cli_process.ts";

const ignore = Deno.build.os === "windows" || Deno.uid() !== 0;
const OTHER = 4321;

interface Owned {
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
}

/** Runs a command in a folder with a letts.yaml of that owner and mode. */
async function run(
  { uid = 0, gid = 0, mode = 0o644 }: Owned,
  { args = [], env = {} }: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): ReturnType<typeof cli> {
  const cwd = await Deno.makeTempDir();
  try {
    const file = `${cwd}/letts.yaml`;
    await Deno.writeTextFile(file, "auth: { token: '${SECRET}' }\ndugdales: [{ id: s1, host: localhost }]\n");
    await Deno.chmod(file, mode);
    await Deno.chown(file, uid, gid);
    return await cli(["ctl", "dugdales", "list", ...args], { cwd, env: { SECRET: "hidden", ...env } });
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test({
  name:
    "a letts.yaml of another user in the working directory is refused, with the command that makes it one's own",
  ignore,
  fn: async () => {
    const { code, stdout, stderr } = await run({ uid: OTHER });
    assertEquals([code, stdout], [3, ""]);
    assertStringIncludes(stderr, `letts.yaml: belongs to user ${OTHER}`);
    assertStringIncludes(stderr, '"chown 0 letts.yaml" makes it yours');
  },
});

Deno.test({
  name: "a letts.yaml that others can change is refused, with the command that ends that",
  ignore,
  fn: async () => {
    for (const found of [{ mode: 0o666 }, { mode: 0o664, gid: OTHER }, { mode: 0o602 }]) {
      const { code, stderr } = await run(found);
      assertEquals(code, 3);
      assertStringIncludes(stderr, '"chmod go-w letts.yaml" ends that');
    }
    // The group of a user who is alone in it.
    assertEquals((await run({ mode: 0o664 })).code, 0);
  },
});

Deno.test({
  name:
    "a letts.yaml that is named, or allowed by a flag, or of the user of sudo, may belong to another user",
  ignore,
  fn: async () => {
    const other = { uid: OTHER, gid: OTHER, mode: 0o664 };
    for (
      const how of [
        { args: ["--config", "letts.yaml"] },
        { args: ["--insecure-config-permissions"] },
        { env: { LETTS_CONFIG: "letts.yaml" } },
        { env: { SUDO_UID: String(OTHER) } },
      ]
    ) {
      const { code, stderr } = await run(other, how);
      assertEquals([code, stderr], [0, ""]);
    }
  },
});
