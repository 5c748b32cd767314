import { assert, assertEquals } from "@std/assert";
import type { Line } from "../mission/run_mission.ts";
import { CASES } from "./cases.ts";
import { hasProgram, makeProgram, MISSIONS, startExample } from "./run_example.ts";

for (const { script, program, files, output, check, refuses } of CASES) {
  const ignore = !await hasProgram(program);

  Deno.test({
    name: `${script} does its work under a dugdale`,
    ignore,
    fn: async () => {
      await using made = await makeProgram(script);
      await using running = await startExample(made.path, { files });
      const ended = await running.finished();
      assertEquals(ended.code, 0, ended.stderr);
      assertEquals(ended.lines.map((line) => line.event).filter((event) => event !== "progress"), [
        "output_file",
        "success",
      ]);
      assert(ended.lines.some((line) => line.event === "progress" && typeof line.value === "number"));
      assertEquals(ended.lines.at(-2)?.key, output);
      check(ended.lines.at(-1)?.return as Line, await Deno.readTextFile(`${running.workDir}/out/${output}`));
    },
  });

  Deno.test({
    name: `${script} runs by hand, with the paths in its input and its lines on stderr`,
    ignore,
    fn: async () => {
      const folder = await Deno.makeTempDir({ prefix: "letts_example_" });
      try {
        const paths: Record<string, string> = {};
        for (const [role, content] of Object.entries(files)) {
          paths[role] = `${folder}/${role}`;
          await Deno.writeTextFile(`${folder}/${role}`, content);
        }
        await using made = await makeProgram(script);
        await using running = await startExample(made.path, {
          mode: "shell",
          args: [`--input=${JSON.stringify(paths)}`],
        });
        const ended = await running.finished();
        assertEquals(ended.code, 0, ended.stderr);
        const last = JSON.parse(ended.stderr.trimEnd().split("\n").at(-1) ?? "");
        check(last.return, await Deno.readTextFile(`${running.workDir}/out/${output}`));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });

  Deno.test({
    name: `${script} names its reason when it fails`,
    ignore,
    fn: async () => {
      await using made = await makeProgram(script);
      await using running = await startExample(made.path, { files: refuses.files });
      const ended = await running.finished();
      const last = ended.lines.at(-1);
      assertEquals([last?.event, last?.reason, ended.code], ["fail", refuses.reason, 1]);
      const { details } = last as { details?: unknown };
      assert(
        details === null || typeof details === "object" && !Array.isArray(details),
        JSON.stringify(details),
      );
    },
  });
}

Deno.test({
  name: "backup.sh packs a folder whole and says how far it is",
  ignore: !await hasProgram("tar"),
  fn: async () => {
    await using running = await startExample("backup.sh", { input: JSON.stringify({ directory: MISSIONS }) });
    const ended = await running.finished();
    assertEquals(ended.code, 0, ended.stderr);
    const progress = ended.lines.filter((line) => line.event === "progress");
    assertEquals([progress[0]?.value, progress.at(-1)?.value], [0, 1]);
    const { stdout } = await new Deno.Command("tar", { args: ["-tzf", `${running.workDir}/out/backup`] })
      .output();
    const entries = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assert(entries.includes("missions/log_report/tally.ts"));
    assertEquals((ended.lines.at(-1)?.return as Line).entries, entries.length);
  },
});
