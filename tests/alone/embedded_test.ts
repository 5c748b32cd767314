import { assertEquals } from "@std/assert";
import { LettsClient } from "../../client/mod.ts";
import { setting } from "./environment.ts";

Deno.test("LettsClient.embedded() passes files and variables, and leaves no file behind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const missions = `${folder}/missions`;
    const temporary = `${folder}/tmp`;
    const outputsTo = `${folder}/out`;
    await Deno.mkdir(missions);
    await Deno.mkdir(temporary);
    await Deno.writeTextFile(
      `${missions}/copies.sh`,
      `cat "$LETTS_IN_a" "$LETTS_IN_a" > out/twice; echo '{"event":"output_file","key":"twice"}' >&3
      echo '{"event":"success","return":{"word":"'$WORD'"}}' >&3`,
    );
    using _tmpdir = setting("TMPDIR", temporary);
    {
      await using letts = await LettsClient.embedded({ missions, missionEnv: { WORD: "letts" } });
      const order = {
        mission: "copies",
        files: { a: new TextEncoder().encode("ab") },
        outputsTo,
      };
      assertEquals((await letts.run({ lane: "default" }, order)).return, { word: "letts" });
      assertEquals(await Deno.readTextFile(`${outputsTo}/twice`), "abab");
      assertEquals([...Deno.readDirSync(temporary)].length, 1);
    }
    assertEquals([...Deno.readDirSync(temporary)], []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
