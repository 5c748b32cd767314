/** The examples under a real dugdale, started as their first lines say. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { basename, dirname } from "@std/path";
import type { Line } from "../mission/run_mission.ts";
import { openUnderDugdale, type UnderDugdale } from "../mission/under_dugdale.ts";
import { CASES } from "./cases.ts";
import { hasProgram, makeProgram, MISSIONS } from "./run_example.ts";

async function openFor(missions: string): Promise<UnderDugdale> {
  return await openUnderDugdale({ missions, command: ["{mission_path}"] });
}

for (const { script, program, files, output, check, refuses } of CASES) {
  Deno.test({
    name: `${script} runs under a real dugdale, from its files to its outcome, result and output file`,
    ignore: !await hasProgram(program),
    fn: async () => {
      await using made = await makeProgram(script);
      await using dugdale = await openFor(dirname(made.path));
      const name = basename(made.path);
      const { record, stderr } = await dugdale.run(name, {}, files);
      assertEquals([record.outcome, record.fail_message, stderr], ["success", undefined, ""]);
      assertEquals(Object.keys(record.outputs as Line), [output]);
      check(record.return as Line, await dugdale.output(record, output));
      const events = await dugdale.calls.events(String(record.mission_id));
      assert(events.some((event) => event.event === "progress"), JSON.stringify(events));

      const refused = await dugdale.run(name, {}, refuses.files);
      assertEquals([refused.record.outcome, refused.record.fail_reason], ["failed", refuses.reason]);
      assertEquals([refused.record.exit_code, refused.record.outputs], [1, {}]);
    },
  });
}

Deno.test("log_report.ts runs under a real dugdale, from its files to its outcome, result and output file", async () => {
  await using dugdale = await openFor(MISSIONS);
  const log = await Deno.readTextFile(new URL("../../examples/data/access.log", import.meta.url));
  const { record, stderr } = await dugdale.run("log_report.ts", { top: 3 }, { log });
  assertEquals([record.outcome, record.fail_message], ["success", undefined], stderr);
  assertEquals((record.return as Line).lines, 5000);
  assertEquals(((record.return as Line).top_paths as Line[]).length, 3);
  assertStringIncludes(await dugdale.output(record, "report"), "<svg");

  const refused = await dugdale.run("log_report.ts", { top: 0 }, { log });
  assertEquals([refused.record.outcome, refused.record.fail_reason], ["failed", "invalid_input"]);
});
