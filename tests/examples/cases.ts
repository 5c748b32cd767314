/** The examples that do without the runtime library, and what they promise. @module */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Line } from "../mission/run_mission.ts";

/** An example without the runtime library: what it is given, and what has to come of it. */
export interface Case {
  readonly script: string;
  readonly program: string;
  readonly files: Readonly<Record<string, string>>;
  readonly output: string;
  readonly check: (result: Line, output: string) => void;
  /** Files that the example must refuse, with its reason. */
  readonly refuses: { readonly files: Readonly<Record<string, string>>; readonly reason: string };
}

/** All of them. */
export const CASES: readonly Case[] = [
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
    script: "word_count.go",
    program: "go",
    files: { text: "To be, or not to be: that is\nthe question. »Été« 42\n" },
    output: "words",
    check: (result, output) => {
      assertEquals([result.words, result.different], [12, 10]);
      assertEquals((result.top as Line[])[0], { word: "be", count: 2 });
      assertStringIncludes(output, "to\t2\n42\t1\n");
      assertStringIncludes(output, "été\t1\n");
    },
    refuses: { files: { text: "... !\n" }, reason: "no_words" },
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
