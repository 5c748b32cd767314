import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Line } from "../mission/run_mission.ts";
import { hasProgram, MISSIONS, startExample } from "./run_example.ts";

/** An example without the runtime library: what it is given, and what has to come of it. */
interface Case {
  readonly script: string;
  readonly program: string;
  readonly files: Readonly<Record<string, string>>;
  readonly output: string;
  readonly check: (result: Line, output: string) => void;
  /** Files that the example must refuse, with its reason. */
  readonly refuses: { readonly files: Readonly<Record<string, string>>; readonly reason: string };
}

const CASES: readonly Case[] = [
  {
    script: "csv_summary.py",
    program: "python3",
    files: { table: "name;age\nAnn;30\nBob;\nCy;41.5\n" },
    output: "summary",
    check: (result, output) => {
      const [name, age] = result.columns as Line[];
      assertEquals([result.rows, name?.kind, name?.last], [3, "text", "Cy"]);
      assertEquals([age?.kind, age?.missing, age?.min, age?.max, age?.mean], ["number", 1, 30, 41.5, 35.75]);
      assertStringIncludes(output, "age  (number, 1 missing)");
    },
    refuses: { files: { table: "a,b\n1,2,3\n" }, reason: "ragged_row" },
  },
  {
    script: "mail_merge.php",
    program: "php",
    files: { template: "Dear {{ name }} of {{city}},\n", rows: `name,city\nAnn,"Bern, old"\nÉva,Pécs\n` },
    output: "letters",
    check: (result, output) => {
      assertEquals(result.letters, 2);
      assertEquals(output, "Dear Ann of Bern, old,\n\fDear Éva of Pécs,\n");
    },
    refuses: { files: { template: "{{x}}", rows: "a\n1\n" }, reason: "unknown_placeholder" },
  },
  {
    script: "ndjson_shape.js",
    program: "node",
    files: { records: `{"a":1,"b":{"c":[1,"x"]}}\n\n{"a":2.5}\n` },
    output: "schema",
    check: (result, output) => {
      assertEquals([result.records, result.complete], [2, true]);
      const schema = JSON.parse(output);
      assertEquals(schema.required, ["a"]);
      assertEquals(schema.properties.b.properties.c, {
        type: "array",
        items: { type: ["integer", "string"] },
      });
    },
    refuses: { files: { records: "{}\n{\n" }, reason: "not_json" },
  },
  {
    script: "backup.sh",
    program: "tar",
    files: { source: "hello" },
    output: "backup",
    check: (result) => assertEquals([result.entries, result.changed_while_read], [1, false]),
    refuses: { files: {}, reason: "invalid_input" },
  },
];

for (const { script, program, files, output, check, refuses } of CASES) {
  const ignore = !await hasProgram(program);

  Deno.test({
    name: `${script} does its work under a dugdale`,
    ignore,
    fn: async () => {
      await using running = await startExample(script, { files });
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
        await using running = await startExample(script, {
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
      await using running = await startExample(script, { files: refuses.files });
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
