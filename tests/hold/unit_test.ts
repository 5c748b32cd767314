/** The walls that the service units put around a dugdale and its missions. */
import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { basename, dirname } from "@std/path";
import { Place } from "../contract/daemon.ts";
import { apply, callsTo, OWN, STATE } from "../contract/harness.ts";
import { CASES } from "../examples/cases.ts";
import { hasProgram, makeProgram } from "../examples/run_example.ts";
import { openUnderDugdale } from "../mission/under_dugdale.ts";

const UNITS = ["letts-dugdale.service", "letts-dugdale@.service"];
const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const analyzed = await hasProgram("systemd-analyze");

async function unit(name: string): Promise<string> {
  return await Deno.readTextFile(pathOf(`../../systemd/${name}`));
}

Deno.test({
  name: "systemd-analyze finds the exposure of a dugdale below 3.0",
  ignore: !analyzed,
  fn: async () => {
    for (const name of UNITS) {
      const args = ["security", "--offline=true", "--no-pager", pathOf(`../../systemd/${name}`)];
      const { stdout } = await new Deno.Command("systemd-analyze", { args }).output();
      const text = new TextDecoder().decode(stdout);
      const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(text) ?? [];
      assert(Number(exposure) < 3, text);
    }
  },
});

Deno.test("the units limit processes, core dumps, what is seen of others, and system calls", async () => {
  for (const name of UNITS) {
    const lines = (await unit(name)).split("\n");
    const wanted = ["LimitCORE=0", "ProtectProc=invisible", "SystemCallFilter=@system-service"];
    assertEquals(wanted.filter((line) => !lines.includes(line)), []);
    assert(lines.some((line) => /^TasksMax=\d+$/.test(line)), name);
  }
});

/** Becomes what follows, with the system calls that the units allow. */
const FILTERED = ["python3", pathOf("filtered.py"), "@system-service"];
const filters = analyzed && await hasProgram("python3");

for (const { script, program, files, output, check } of CASES) {
  Deno.test({
    name: `${script} works with the system calls that the units allow`,
    ignore: !filters || !await hasProgram(program),
    fn: async () => {
      await using made = await makeProgram(script);
      const command = [...FILTERED, "{mission_path}"];
      await using dugdale = await openUnderDugdale({ missions: dirname(made.path), command });
      const { record, stderr } = await dugdale.run(basename(made.path), {}, files);
      assertEquals([record.outcome, record.fail_message, stderr], ["success", undefined, ""]);
      check(Object(record.return), await dugdale.output(record, output));
    },
  });
}

Deno.test({
  name: "a dugdale works with the system calls that the units allow: files in and out, a kill, a clean end",
  ignore: !OWN || !filters,
  fn: async () => {
    await using place = await Place.make();
    const before = `exec ${
      FILTERED.map((word) => `'${word}'`).join(" ")
    } "$@" >>"$PLACE/stdout" 2>>"$PLACE/stderr"`;
    await using daemon = await place.start({ before });
    const dugdale = callsTo(daemon);
    await apply(dugdale, STATE);
    const files = [{ role: "data", staging_id: await dugdale.stage("content") }];
    const { outcome, outputs } = await dugdale.run("copies_input.sh", { files });
    assertEquals([outcome, Object.keys(Object(outputs))], ["success", ["copy"]]);
    const id = await dugdale.queue("forever.sh");
    await dugdale.event(id, "progress", "ready");
    assertEquals((await dugdale.post(`/v1/missions/${id}/kill`)).body, { status: "kill_sent" });
    assertEquals((await dugdale.done(id)).outcome, "killed");
    daemon.signal("SIGTERM");
    assertEquals((await daemon.exited).code, 0);
    assertEquals((await place.printed("stderr")).includes('"ERROR"'), false);
  },
});
