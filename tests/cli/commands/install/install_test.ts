import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hasProgram } from "../../../examples/run_example.ts";
import { cli, cliWords } from "../../cli_process.ts";

/** A folder with a `letts` for the PATH, as it is installed. */
async function installed(): Promise<{ folder: string; path: string } & AsyncDisposable> {
  const folder = await Deno.makeTempDir({ prefix: "letts-install-" });
  const words = cliWords([]).map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(`${folder}/letts`, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
  return {
    folder,
    path: `${folder}:${Deno.env.get("PATH")}`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("letts dugdale install --print shows a unit that systemd takes", async () => {
  await using here = await installed();
  const env = { PATH: here.path };
  const { code, stdout, stderr } = await cli([
    "dugdale",
    "install",
    "--print",
    "--config",
    "/etc/le tts/50%.yaml",
  ], { env });
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, `\nExecStart=${here.folder}/letts dugdale --config "/etc/le tts/50%%.yaml"\n`);
  if (!await hasProgram("systemd-analyze")) return;
  await Deno.writeTextFile(`${here.folder}/letts-dugdale.service`, stdout);
  const args = ["verify", "--man=no", `${here.folder}/letts-dugdale.service`];
  const verified = await new Deno.Command("systemd-analyze", { args }).output();
  assertEquals(
    new TextDecoder().decode(verified.stderr).split("\n").filter((line) =>
      line.includes("letts-dugdale.service:")
    ),
    [],
  );
});

Deno.test("letts dugdale install says what is wrong", async () => {
  const lost = await cli(["dugdale", "install"], { env: { PATH: "/nonexistent" } });
  assertEquals(lost.code, 1);
  assertMatch(lost.stderr, /^letts: there is no letts on the PATH/);
  const other = await cli(["dugdale", "uninstall"]);
  assertEquals([other.code, other.stderr], [
    2,
    `letts: dugdale: "uninstall" is no action; there is install\n`,
  ]);
});

const NAMESPACE = ["-rm", "sh", "-c"];
const { success: namespaces } = Deno.build.os === "linux" && Deno.statSync("/etc/systemd/system").isDirectory
  ? new Deno.Command("unshare", { args: [...NAMESPACE, "true"], stderr: "null" }).outputSync()
  : { success: false };

Deno.test({
  name: "letts dugdale install writes the unit once, replaces nothing, and starts nothing",
  ignore: !namespaces,
  fn: async () => {
    await using here = await installed();
    // A folder of its own in the place of that of the machine.
    const line = "mount -t tmpfs none /etc/systemd/system && umask 077 && letts dugdale install && " +
      "stat -c %a /etc/systemd/system/letts-dugdale.service && letts dugdale install";
    const { code, stdout, stderr } = await new Deno.Command("unshare", {
      args: [...NAMESPACE, line],
      env: { PATH: here.path },
    }).output();
    assertEquals(code, 2);
    assertMatch(new TextDecoder().decode(stdout), /systemctl enable --now letts-dugdale\n644\n$/);
    assertMatch(
      new TextDecoder().decode(stderr),
      /^letts: wrote \S+\nletts: \S+ is there already; --print shows/m,
    );
  },
});

Deno.test({
  name: "the init script of letts dugdale install starts a dugdale, tells how it is, and stops it",
  ignore: Deno.uid() !== 0 || !await hasProgram("start-stop-daemon"),
  fn: async () => {
    await using here = await installed();
    const { folder } = here;
    const env = { PATH: here.path };
    await cli(["init", `${folder}/proj`, "--port", "7180"], { env });
    const config = `${folder}/proj/dugdale.yaml`;
    const yaml = await Deno.readTextFile(config);
    await Deno.writeTextFile(config, yaml.replace(":7180", ":0"));
    const { stdout } = await cli(["dugdale", "install", "--sysv", "--print", "--config", config], { env });
    const script = stdout.replace(/^user=.*/m, "user=root").replace(
      /^(pidfile|log|cache)=.*/gm,
      `$1=${folder}/$1`,
    );
    await Deno.writeTextFile(`${folder}/init`, script, { mode: 0o755 });
    const run = async (action: string): Promise<number> =>
      (await new Deno.Command(`${folder}/init`, { args: [action], env, stdout: "null" }).output()).code;
    assertEquals(await run("status"), 3);
    assertEquals(await run("start"), 0);
    while (!(await Deno.readTextFile(`${folder}/log`).catch(() => "")).includes("dugdale started")) {
      assertEquals(await run("status"), 0);
    }
    assertEquals([await run("status"), await run("start")], [0, 0]);
    assertEquals([await run("stop"), await run("status"), await run("stop")], [0, 3, 0]);
    assertEquals(await Deno.readTextFile(`${folder}/proj/data/dugdale.lock`), ""); // a clean end
    assertEquals(await run("nonsense"), 2);
  },
});
