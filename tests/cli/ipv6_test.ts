import { assertEquals } from "@std/assert";
import { dugdaleConfig, openDugdale } from "../../dugdale/mod.ts";
import { cli } from "./cli_process.ts";

Deno.test("letts reaches a dugdale on an IPv6 address, however letts.yaml writes it", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "letts-ipv6-" });
  try {
    await Deno.mkdir(`${folder}/missions`);
    await Deno.writeTextFile(
      `${folder}/missions/copy.sh`,
      `cp "$LETTS_IN_a" "$LETTS_WORKDIR/out/b"
echo copied
echo '{"event":"output_file","key":"b"}' >&3
`,
    );
    await Deno.writeTextFile(`${folder}/a`, "content");
    const tokens = { tokens: ["a-token"] };
    await using dugdale = await openDugdale({
      config: dugdaleConfig({ listen: "[::1]:0", dataDir: `${folder}/data`, auth: tokens, admin: tokens }),
    });
    const { port } = new URL(dugdale.url);
    assertEquals(dugdale.url, `http://[::1]:${port}`);
    const ways = [`host: "::1", port: ${port}`, `host: "[::1]:${port}"`, `url: "http://[::1]:${port}"`];
    for (const [index, way] of ways.entries()) {
      await t.step(way, async () => {
        await Deno.writeTextFile(
          `${folder}/letts.yaml`,
          `auth: { token: a-token, admin_token: a-token }
dugdales:
  - { id: s1, ${way}, mission_dir: ${folder}/missions, lanes: { normal: { concurrency: 1 } },
      runtime: { mission_path_template: "{mission}.sh", command_template: [sh, "{mission_path}"] } }
`,
          { mode: 0o600 },
        );
        const letts = async (...args: string[]) => {
          const { code, stderr, stdout } = await cli(args, { cwd: folder });
          assertEquals([code, stderr], [0, ""], args.join(" "));
          return stdout;
        };
        await letts("apply", "-q", "-f", "letts.yaml");
        await letts(
          ...["run", "-q", "--host", "s1", "--lane", "normal", "--mission", "copy"],
          ...["--file", `a=${folder}/a`, "--output-file", `b=${folder}/b${index}`],
        );
        assertEquals(await Deno.readTextFile(`${folder}/b${index}`), "content");
        await letts("ctl", "missions", "list", "--host", "s1");
        await letts("top", "--once");
        await letts("doctor");
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
