/** Help and tables on terminals of several widths, and in a pipe. */
import { assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../cli/commands.ts";
import { walk } from "../../cli/docs/walk.ts";
import { helpText } from "../../cli/help.ts";
import { columnsOf } from "../../cli/print/columns.ts";
import { wrapped } from "../../cli/print/wrapped.ts";
import { openFleet } from "./fleet.ts";
import { onTerminal } from "./terminal.ts";

const WIDTHS = [60, 80, 120];

/** The lines of a screen without their colours. */
function plain(screen: string): string[] {
  // deno-lint-ignore no-control-regex -- colours are what is taken out
  return screen.replaceAll("\r", "").replace(/\x1b\[\d+m/g, "").trimEnd().split("\n");
}

Deno.test("help fits every width, but for command lines and long words, and loses no word", () => {
  for (const { node, path } of walk(ROOT)) {
    const text = helpText(node, path);
    for (const columns of WIDTHS) {
      const fitted = wrapped(text, columns);
      for (const line of fitted.split("\n")) {
        const one = !line.trim().includes(" "); // a word cannot be broken
        if (!one && !line.startsWith("  letts ")) assertEquals(columnsOf(line) <= columns, true, line);
      }
      const words = (help: string) => help.split(/[\s#]+/).join(" ");
      assertEquals(words(fitted), words(text));
    }
  }
});

Deno.test("letts ctl lanes pause --help on a terminal of 60, 80 and 120 columns", async () => {
  const help = ["ctl", "lanes", "pause", "--help"];
  const screens = await Promise.all(WIDTHS.map((columns) => onTerminal(help, "/", columns)));
  const rows = screens.map((screen) => {
    const lines = plain(screen);
    const at = lines.findIndex((line) => line.includes("--insecure-config-permissions"));
    return lines.slice(at, at + 2);
  });
  assertEquals(rows, [
    [
      "      --insecure-config-permissions",
      "        accept plain tokens in a letts.yaml that others can",
    ],
    [
      "      --insecure-config-permissions  accept plain tokens in a letts.yaml that",
      "                                     others can read",
    ],
    [
      "      --insecure-config-permissions  accept plain tokens in a letts.yaml that others can read",
      "      --ignore-proxy                 reach every dugdale directly, whatever letts.yaml says",
    ],
  ]);
});

Deno.test("tables fit a terminal of 60, 80 and 120 columns, and stay as they are in a pipe", async () => {
  await using fleet = await openFleet(1);
  await fleet.cli(["run", "-q", "--route", "normal", "--mission", "fails"]);
  const list = ["ctl", "missions", "list", "--host", "s1"];
  const titles = await Promise.all(WIDTHS.map(async (columns) => {
    const lines = plain(await onTerminal(list, fleet.folder, columns));
    for (const line of lines) assertEquals(columnsOf(line) <= columns, true, line);
    return lines[0]?.trim().split(/ +/).join(" ");
  }));
  assertEquals(titles, [
    "ID OUTCOME MISSION",
    "ID STATUS OUTCOME LANE MISSION CREATED",
    "ID STATUS OUTCOME LANE MISSION CREATED TOOK",
  ]);
  const piped = await fleet.cli(list, { env: { COLUMNS: "60" } });
  assertMatch(piped.stdout, /^MISSION_ID {32}STATUS {6}OUTCOME {5}LANE {10}MISSION {20}TIME_CREATED \n/);
});
