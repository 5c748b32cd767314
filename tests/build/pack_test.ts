/** letts with its own Deno, where there is neither Deno nor Node, nor a network. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { filesFor, selfUnpacking } from "../../build/pack.ts";
import { type ProgramFile, programFiles, textBytes } from "../../build/program.ts";
import { DENO_VERSION, TARGETS, targetsOf } from "../../build/targets.ts";
import { zip } from "../../build/zip.ts";
import config from "../../deno.json" with { type: "json" };
import { noRootfs, openRootfs, type Rootfs } from "./rootfs.ts";

const MISSION =
  `#!/usr/bin/env -S deno run --no-prompt --allow-env=LETTS_* --allow-read=.,/dev/fd/3 --allow-write=.,/dev/fd/3
import { mission } from "@letts/letts/mission";
await mission((m) => ({ twice: 2 * m.int("n"), deno: Deno.version.deno }));
`;

/** Everything from nothing to a result, as a person types it. */
const SESSION = `set -e
cd /tmp
letts init proj >/dev/null
cd proj
printf '%s' "$MISSION" >missions/twice.ts
chmod +x missions/twice.ts
letts dugdale >dugdale.log 2>&1 &
daemon=$!
until grep -q started dugdale.log; do sleep 0.05; done
letts apply -q -f letts.yaml >/dev/null
letts run --route default --mission twice.ts --input '{"n":21}'
letts doctor >&2
LETTS_DENO=/bin/cat letts doctor >&2
kill $daemon
wait $daemon || true
`;

async function write(rootfs: Rootfs, path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  await Deno.writeFile(`${rootfs.folder}${path}`, bytes, { mode: 0o755 });
}

function names(rootfs: Rootfs, path: string): readonly string[] {
  return [...Deno.readDirSync(`${rootfs.folder}${path}`)].map(({ name }) => name).sort();
}

const ignore = noRootfs() !== undefined;

Deno.test({
  name: `letts with its own Deno needs a shell and gzip${ignore ? ` (ignored: ${noRootfs()})` : ""}`,
  ignore,
  fn: async (t) => {
    const files = await filesFor({}, await Deno.readFile(Deno.execPath()), await programFiles());
    const packed = await selfUnpacking(files, { level: 1 });
    await using rootfs = await openRootfs(Deno.execPath(), ["mount", "grep", "chown"]);
    const { run } = rootfs;
    await write(rootfs, "/bin/letts", packed);
    await Deno.symlink("letts", `${rootfs.folder}/bin/dugdale`);

    await t.step("there is neither Deno nor Node", async () => {
      assertEquals((await run(["sh", "-c", "command -v deno node"])).stdout, "");
    });
    await t.step("two first starts side by side do no harm", async () => {
      const { code, stdout, stderr } = await run(["sh", "-c", "letts version & letts version; wait"]);
      assertEquals([code, stdout, stderr], [0, `letts ${config.version}\n`.repeat(2), ""]);
      const [id = ""] = names(rootfs, "/var/cache/letts");
      const unpacked = ["bin", "deno", "import_map.json", "letts.js", "mission.js", "ok"];
      assertEquals(names(rootfs, `/var/cache/letts/${id}`), unpacked);
    });
    await t.step("init, dugdale, apply and run give the result of a mission in TypeScript", async () => {
      const { stdout, stderr } = await run(["sh", "-c", SESSION], { MISSION });
      assertEquals(JSON.parse(stdout || "null"), { twice: 42, deno: DENO_VERSION }, stderr);
      // Its own Deno is nothing to look at, another one is.
      assertEquals(stderr.match(/missions in TypeScript.*/g), ["missions in TypeScript run with /bin/cat"]);
    });
    await t.step("called as dugdale it is the daemon", async () => {
      assertMatch((await run(["dugdale", "--version"])).stdout, /^dugdale \d/);
    });
    await t.step("letts run --embedded runs TypeScript too", async () => {
      await write(rootfs, "/tmp/m.ts", textBytes(MISSION));
      const line = `letts run --embedded --mission /tmp/m.ts --input '{"n":4}'`;
      const { stdout, stderr } = await run(["sh", "-c", line]);
      assertEquals(JSON.parse(stdout || "null"), { twice: 8, deno: DENO_VERSION }, stderr);
    });
    await t.step("a mission with a deno.json of its own takes the runtime from there", async () => {
      const command = `mkdir -p /tmp/own; cp /tmp/m.ts /tmp/own/; echo '{}' >/tmp/own/deno.json
        letts run --embedded --mission /tmp/own/m.ts --input '{"n":4}'`;
      const { code, stderr } = await run(["sh", "-c", command]);
      assertEquals(code, 1);
      assertStringIncludes(stderr, `"@letts/letts/mission" not a dependency`);
    });
    await t.step("files of other programs above its folder do not count", async () => {
      const command =
        `cd /var/cache; for f in deno.json package.json; do echo '{ broken' >$f; done; letts version
        rm deno.json package.json`;
      const { stdout, stderr } = await run(["sh", "-c", command]);
      assertEquals([stdout, stderr], [`letts ${config.version}\n`, ""]);
    });
    // What is refused is refused before Deno starts, so a small program in its place will do.
    const text = (word: string): readonly ProgramFile[] => [
      { name: "deno", bytes: textBytes("#!/bin/sh\necho started\n"), mode: 0o755 },
      { name: "letts.js", bytes: textBytes(word.repeat(100)), mode: 0o644 },
    ];
    const small = await selfUnpacking(text("some text"));
    await write(rootfs, "/bin/small", small);
    const flipped = small.map((byte, index) => index === small.length - 20 ? byte ^ 0xff : byte);
    // All of it can be unpacked, and is not what the head says.
    const exchanged = (await selfUnpacking(text("same text"))).map((byte, index) =>
      index < 8192 ? small[index] ?? 0 : byte
    );
    for (
      const [how, damaged] of [["a byte is another", flipped], ["a file is another", exchanged]] as const
    ) {
      await t.step(`a damaged file is refused, and nothing of it is kept: ${how}`, async () => {
        await write(rootfs, "/bin/damaged", damaged);
        const { code, stderr } = await run(["damaged", "version"], { LETTS_HOME: "/tmp/damaged" });
        assertEquals(code, 126, stderr);
        assertMatch(
          stderr,
          damaged === flipped ? /is damaged|cannot unpack/ : /is damaged: the SHA-256 of letts.js/,
        );
        assertEquals(names(rootfs, "/tmp/damaged"), []);
      });
    }
    for (const which of ["/tmp/open", "/tmp/open/*"]) {
      await t.step(`a folder that others can write to is refused: ${which}`, async () => {
        const command = `export LETTS_HOME=/tmp/open; rm -rf /tmp/open; small; chmod g+w ${which}; small`;
        const { code, stdout, stderr } = await run(["sh", "-c", command]);
        assertEquals([code, stdout], [126, "started\n"]);
        assertStringIncludes(stderr, "not writable by others");
      });
    }
    await t.step({
      name: "a folder of another user is refused",
      ignore: Deno.uid() !== 0, // there is only one user in a user namespace
      fn: async () => {
        const command = "export LETTS_HOME=/tmp/theirs; small; chown 4242 /tmp/theirs; small";
        const { code, stdout } = await run(["sh", "-c", command]);
        assertEquals([code, stdout], [126, "started\n"]);
      },
    });
    await t.step("a link in place of the folder is refused", async () => {
      const command = "mkdir /tmp/real; ln -s real /tmp/link; LETTS_HOME=/tmp/link small";
      assertEquals((await run(["sh", "-c", command])).code, 126);
    });
    await t.step("a folder that programs cannot be run from is named", async () => {
      const command =
        "mkdir /tmp/noexec; mount -t tmpfs -o noexec,mode=755 none /tmp/noexec; LETTS_HOME=/tmp/noexec small";
      const { code, stderr } = await run(["sh", "-c", command]);
      assertEquals(code, 126);
      assertMatch(stderr, /cannot be run from \/tmp\/noexec: LETTS_HOME names another folder/);
    });
    await t.step(
      "the first start of another version removes the older one, unless it is in use",
      async () => {
        const other = files.map((file): ProgramFile =>
          file.name === "import_map.json" ? { ...file, bytes: textBytes("{}") } : file
        );
        await write(rootfs, "/bin/newer", await selfUnpacking(other, { level: 1 }));
        const [older = ""] = names(rootfs, "/var/cache/letts");
        const used = `letts dugdale --config /tmp/proj/dugdale.yaml >/tmp/log 2>&1 & daemon=$!
        until grep -q started /tmp/log; do sleep 0.05; done; newer version; kill $daemon; wait $daemon`;
        const { stderr } = await run(["sh", "-c", used]);
        assertEquals(names(rootfs, "/var/cache/letts").length, 2, stderr);
        assertStringIncludes(
          (await run(["newer", "cache", "clean"])).stdout,
          `removed /var/cache/letts/${older} (96 MB)`,
        );
        assertEquals(
          (await run(["newer", "cache", "clean"])).stdout,
          "nothing to remove in /var/cache/letts\n",
        );
        assertEquals((await run(["letts", "version"])).code, 0);
        assertEquals(names(rootfs, "/var/cache/letts"), [older]);
      },
    );
  },
});

Deno.test("zip() makes archives that others read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const text = "größer\n".repeat(1000);
    await Deno.writeFile(
      `${folder}/a.zip`,
      zip([
        { name: "one.txt", bytes: textBytes(text), mode: 0o644 },
        { name: "two/empty", bytes: new Uint8Array(), mode: 0o644 },
      ]),
    );
    const args = [
      "-c",
      "import zipfile; z = zipfile.ZipFile('a.zip'); print(z.testzip(), z.namelist(), len(z.read('one.txt')))",
    ];
    const { stdout, stderr } = await new Deno.Command("python3", { args, cwd: folder }).output();
    const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(printed, `None ['one.txt', 'two/empty'] ${textBytes(text).length}\n`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the Deno that letts carries is the one that it is tested with", () => {
  assertEquals(Deno.version.deno, DENO_VERSION);
});

Deno.test("targetsOf() takes all, or those that are named", () => {
  assertEquals(targetsOf([]), TARGETS);
  assertEquals(targetsOf(["linux-x64"]).map(({ debian }) => debian), ["amd64"]);
  let message = "";
  try {
    targetsOf(["linux-musl"]);
  } catch (error) {
    message = (error as Error).message;
  }
  assert(message.startsWith(`unknown target "linux-musl": the targets are linux-x64, `), message);
});
