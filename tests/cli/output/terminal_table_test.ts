import { assertEquals } from "@std/assert";
import { terminalTable } from "../../../cli/output/terminal_table.ts";

const paint = (_: unknown, text: string) => text;
const COLUMNS = [{ title: "ID" }, { title: "NAME", shrinks: true }, { title: "N", right: true }, {
  title: "EMPTY",
}];
const ROWS = [
  [{ text: "a" }, { text: "a long name of a thing" }, { text: "7" }, { text: "" }],
  [{ text: "bcd" }, { text: "漢字" }, { text: "1234" }, { text: "" }],
];

Deno.test("terminalTable() is as wide as its content, without columns that are empty", () => {
  assertEquals(
    terminalTable(COLUMNS, ROWS, { columns: 80, paint }),
    "ID   NAME                       N\n" +
      "a    a long name of a thing     7\n" +
      "bcd  漢字                    1234\n",
  );
});

Deno.test("terminalTable() shrinks what may shrink to the width of the screen", () => {
  assertEquals(
    terminalTable(COLUMNS, ROWS, { columns: 21, paint }),
    "ID   NAME           N\n" +
      "a    a long na…     7\n" +
      "bcd  漢字        1234\n",
  );
});

Deno.test("terminalTable() lets no control character through", () => {
  const rows = [[{ text: "a\x1b[2J\nb" }, { text: "" }, { text: "" }, { text: "" }]];
  assertEquals(terminalTable(COLUMNS, rows, { columns: 80, paint }), "ID\na [2J b\n");
});
