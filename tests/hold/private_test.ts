import { assertEquals, assertStringIncludes } from "@std/assert";
import { apply, callsTo, STATE } from "../contract/harness.ts";
import { Place } from "../contract/daemon.ts";

/** The permissions of everything below a folder, but for working directories, which are their missions' own. */
function modes(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const mode = ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
    return isDirectory && name !== "work" ? [mode, ...modes(path)] : [mode];
  });
}

/** Starts a dugdale that does not come up, and gives its exit code and what it said. */
async function refused(place: Place): Promise<{ code: number; said: string }> {
  await place.configure("127.0.0.1:0");
  const { code } = await place.spawn().exited;
  return { code, said: await place.printed("stdout") + await place.printed("stderr") };
}

for (const umask of ["000", "022", "077"]) {
  Deno.test(`the data directory is the user's alone with umask ${umask}, also one that was made by an older dugdale`, async () => {
    await using place = await Place.make();
    for (let time = 0; time < 2; time++) {
      await using daemon = await place.start({ before: `umask ${umask}` });
      const dugdale = callsTo(daemon);
      await apply(dugdale, STATE);
      const data = await dugdale.stage("content");
      await dugdale.run("prints_much.sh", { files: [{ role: "data", staging_id: data }] });
      const found = new Set(modes(place.dataDir));
      assertEquals([...found].sort(), ["600", "700"]);
      assertEquals((Deno.statSync(place.dataDir).mode ?? 0) & 0o777, 0o700);
      await daemon[Symbol.asyncDispose]();
      await Deno.chmod(place.dataDir, 0o755);
      await Deno.chmod(`${place.dataDir}/state.db`, 0o644);
    }
  });
}

Deno.test("a data directory that every user can write to is refused with the command that mends it", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.dataDir);
  await Deno.chmod(place.dataDir, 0o777);
  const { code, said } = await refused(place);
  assertEquals(code, 3);
  assertStringIncludes(said, `run: chmod 700 ${place.dataDir}`);
  assertEquals([...Deno.readDirSync(place.dataDir)], []);
});

Deno.test({
  name: "a data directory of another user is refused with the command that mends it",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  fn: async () => {
    await using place = await Place.make();
    await Deno.mkdir(place.dataDir, { mode: 0o700 });
    await Deno.chown(place.dataDir, 4711, 4711);
    const { code, said } = await refused(place);
    assertEquals(code, 3);
    assertStringIncludes(
      said,
      `belongs to user 4711, the dugdale runs as user 0; run: chown -R 0 ${place.dataDir}`,
    );
  },
});

Deno.test("a lock file that is a link is refused, and what it leads to stays as it is", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.dataDir, { mode: 0o700 });
  const victim = `${place.dir}/victim`;
  await Deno.writeTextFile(victim, "precious");
  for (const target of [victim, `${place.dir}/nothing`]) {
    await Deno.symlink(target, `${place.dataDir}/dugdale.lock`);
    const { code, said } = await refused(place);
    assertEquals(code, 1);
    assertStringIncludes(said, "dugdale.lock is not a regular file");
    await Deno.remove(`${place.dataDir}/dugdale.lock`);
  }
  assertEquals(await Deno.readTextFile(victim), "precious");
});

Deno.test("probes of checks that were ended by force are removed by the next check", async () => {
  await using place = await Place.make();
  await Deno.mkdir(place.dataDir, { mode: 0o700 });
  await Deno.writeTextFile(`${place.dataDir}/.letts-probe-1`, "");
  await place.configure("127.0.0.1:0");
  assertEquals((await place.spawn({ flags: ["--check-config"] }).exited).code, 0);
  assertEquals([...Deno.readDirSync(place.dataDir)], []);
});
