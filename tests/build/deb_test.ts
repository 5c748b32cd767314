/** The Debian package: installed, used, upgraded, removed and purged by dpkg, in a root file system of its own. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { deb, debianVersion } from "../../build/deb.ts";
import { filesFor } from "../../build/pack.ts";
import { programFiles } from "../../build/program.ts";
import { output } from "../../build/targets.ts";
import config from "../../deno.json" with { type: "json" };
import { noRootfs, openRootfs } from "./rootfs.ts";

const SCRIPTS = ["getent", "groupadd", "useradd", "install", "setpriv", "grep", "stat", "id"];

const CONFIGURATION = `listen: 127.0.0.1:7180
data_dir: /var/lib/letts
auth: { tokens: [${"d".repeat(32)}] }
admin: { tokens: [${"a".repeat(32)}] }
mission_env: { inherit: [PATH] }
`;

const LETTS_YAML = `dugdales:
  - id: here
    host: 127.0.0.1
    port: 7180
    token: ${"d".repeat(32)}
    admin_token: ${"a".repeat(32)}
    mission_dir: /srv/missions
    lanes: { default: { concurrency: 1 } }
`;

const MISSION =
  `#!/usr/bin/env -S deno run --no-prompt --allow-env=LETTS_* --allow-read=.,/dev/fd/3 --allow-write=.,/dev/fd/3
import { mission } from "@letts/letts/mission";
await mission((m) => ({ twice: 2 * m.int("n") }));
`;

/** The dugdale as its unit starts it, and a mission on it. */
const SESSION = `set -e
as_letts() { setpriv --reuid letts --regid letts --clear-groups env HOME=/var/lib/letts "$@"; }
: >/tmp/dugdale.log # the session before has left its own
as_letts dugdale --config /etc/letts/dugdale/default.yaml >/tmp/dugdale.log 2>&1 &
daemon=$!
until grep -q started /tmp/dugdale.log; do kill -0 $daemon || { cat /tmp/dugdale.log >&2; exit 1; }; sleep 0.05; done
letts apply -q -f /root/letts.yaml >/dev/null
letts run --config /root/letts.yaml --host here --lane default --mission twice.ts --input '{"n":21}'
letts ctl missions list --config /root/letts.yaml --host here -o ndjson | grep -c twice.ts
kill $daemon
wait $daemon || true
`;

const missing = noRootfs() ?? (Deno.uid() === 0 ? undefined : "dpkg needs root");

Deno.test({
  name: `the Debian package${missing === undefined ? "" : ` (ignored: ${missing})`}`,
  ignore: missing !== undefined,
  fn: async (t) => {
    await using rootfs = await openRootfs(Deno.execPath(), SCRIPTS);
    const { folder, run } = rootfs;
    for (const name of ["info", "updates", "triggers", "parts", "alternatives"]) {
      await Deno.mkdir(`${folder}/var/lib/dpkg/${name}`, { recursive: true });
    }
    await Deno.writeTextFile(`${folder}/var/lib/dpkg/status`, "");
    await Deno.writeTextFile(`${folder}/etc/group`, "root:x:0:\n");
    await Deno.mkdir(`${folder}/srv/missions`, { recursive: true });
    const files = await filesFor({}, await Deno.readFile(Deno.execPath()), await programFiles());
    const make = async (version: string): Promise<string> => {
      const path = `${folder}/letts_${version}.deb`;
      await deb(path, "amd64", files, { version, compression: "none" });
      return path;
    };
    const dpkg = (...args: string[]): Promise<string> =>
      output("dpkg", [`--root=${folder}`, "--force-depends", "--force-bad-path", ...args]);
    const list = async (path: string): Promise<string> => (await run(["ls", "-ln", path])).stdout;

    const first = await make("0.1.0-rc.1");
    await t.step("has no files in /etc, and the control files that Debian requires", async () => {
      const contents = await output("dpkg-deb", ["--contents", first]);
      assertEquals(/ \.\/(etc|var)/.exec(contents), null);
      for (
        const name of ["bin/letts", "bin/dugdale -> letts", "lib/letts/deno", "share/man/man1/letts-run.1.gz"]
          .concat(["lib/systemd/system/letts-dugdale@.service", "share/bash-completion/completions/letts"])
          .concat(["share/doc/letts/copyright", "share/doc/letts/examples/dugdale.yaml"])
      ) assertStringIncludes(contents, ` ./usr/${name}\n`);
      assertEquals(
        (await output("dpkg-deb", ["--field", first, "Version", "Architecture"])).trim(),
        "Version: 0.1.0~rc.1\nArchitecture: amd64",
      );
    });
    await t.step("makes a user and two folders when it is installed, and starts nothing", async () => {
      await dpkg("--install", first);
      assertMatch(
        (await run(["getent", "passwd", "letts"])).stdout,
        /^letts:[!x]:\d+:\d+::\/var\/lib\/letts:\/usr\/sbin\/nologin$/m,
      );
      const id = (await run(["id", "-u", "letts"])).stdout.trim();
      assertMatch(await list("/etc/letts"), new RegExp(`^drwxr-x--- 2 ${id} \\d+ .* dugdale$`, "m"));
      assertEquals((await run(["ls", "/etc/letts/dugdale"])).stdout, "");
      assertEquals(
        (await run(["letts", "version"], { PATH: "/usr/bin" })).stdout,
        `letts ${config.version}\n`,
      );
    });
    await t.step("its units name programs that are there", async () => {
      const unit = await Deno.readTextFile(`${folder}/usr/lib/systemd/system/letts-dugdale.service`);
      const [, program = ""] = /^ExecStart=(\S+)/m.exec(unit) ?? [];
      assertEquals((await run([program, "version"])).code, 0);
    });
    await Deno.writeTextFile(`${folder}/srv/missions/twice.ts`, MISSION, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/root/letts.yaml`, LETTS_YAML, { mode: 0o600 });
    await Deno.writeTextFile(`${folder}/etc/letts/dugdale/default.yaml`, CONFIGURATION);
    await run([
      "sh",
      "-c",
      "cd /etc/letts/dugdale; install -o letts -g letts -m 0600 default.yaml x; mv x default.yaml",
    ]);
    const use = async (missions: number): Promise<void> => {
      const { stdout, stderr } = await run(["sh", "-c", SESSION], { PATH: "/usr/bin:/bin" });
      assertEquals(stdout, `{\n  "twice": 42\n}\n${missions}\n`, stderr);
    };
    await t.step("runs a dugdale as the user letts, and on it a mission in TypeScript", () => use(1));
    await t.step("keeps configuration and missions in an upgrade", async () => {
      await dpkg("--install", await make("0.1.0"));
      assertEquals(await Deno.readTextFile(`${folder}/etc/letts/dugdale/default.yaml`), CONFIGURATION);
      await use(2);
    });
    await t.step("lets dpkg find an unpacked file that was changed", async () => {
      assertEquals(await dpkg("--verify", "letts"), "");
    });
    await t.step("leaves only the files of its users when it is removed and purged", async () => {
      await dpkg("--remove", "letts");
      assertEquals((await run(["ls", "/usr/bin"])).stdout, "env\n");
      await dpkg("--purge", "letts");
      assertEquals(await Deno.readTextFile(`${folder}/etc/letts/dugdale/default.yaml`), CONFIGURATION);
      assertMatch(await list("/var/lib/letts"), /state\.db/);
      await dpkg("--install", await make("0.1.1"));
      await Deno.remove(`${folder}/etc/letts/dugdale/default.yaml`);
      await run(["sh", "-c", "rm -rf /var/lib/letts; mkdir /var/lib/letts"]);
      await dpkg("--purge", "letts");
      assertEquals((await run(["sh", "-c", "ls -d /etc/letts /var/lib/letts /usr/lib/letts"])).stdout, "");
    });
  },
});

Deno.test("debianVersion() makes a release candidate older than its release", () => {
  assertEquals(debianVersion("1.0.0-rc.1"), "1.0.0~rc.1");
});
