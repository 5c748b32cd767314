/** Help and tables on terminals of several widths, and in a pipe. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ROOT } from "../../cli/commands/root.ts";
import { walk } from "../../cli/parse/docs/walk.ts";
import { helpText } from "../../cli/parse/help.ts";
import { columnsOf } from "../../cli/output/columns.ts";
import { wrapped } from "../../cli/output/wrapped.ts";
import { type Fleet, openFleet } from "./fleet.ts";
import { inProcess, onTerminal } from "./terminal.ts";

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

Deno.test("letts ctl lanes pause --help fits a terminal of 60, 80 and 120 columns", async () => {
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
      "        accept a letts.yaml that others can write, or read",
    ],
    [
      "      --insecure-config-permissions  accept a letts.yaml that others can write,",
      "                                     or read although it has plain tokens",
    ],
    [
      "      --insecure-config-permissions  accept a letts.yaml that others can write, or read although it has plain tokens",
      "      --ignore-proxy                 ignore the proxies of letts.yaml",
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
    "ID STATE MISSION",
    "ID STATE LANE MISSION CREATED TOOK",
    "ID STATE LANE MISSION CREATED TOOK",
  ]);
  const piped = await fleet.cli(list, { env: { COLUMNS: "60" } });
  assertMatch(piped.stdout, /^MISSION_ID {32}STATUS {6}OUTCOME {5}LANE {10}MISSION {20}TIME_CREATED \n/);
});

const LONG = "a_quite_long_name_of_a_mission_of_a_customer";

/** What a command prints on a screen of a width, with ids, times and sizes made alike. */
async function screen({ folder }: Fleet, args: readonly string[], columns: number): Promise<string> {
  const { stdout: text } = await inProcess(args, { folder, columns });
  for (const line of text.split("\n")) assertEquals(columnsOf(line) <= columns, true, line);
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>").replaceAll(/\S+ (ago|now)\b/g, "<ago>")
    .replaceAll(/\d\d:\d\d:\d\d/g, "<time>").replaceAll(/ +(TOOK|\d+(\.\d)?m?s)$/gm, "")
    .replaceAll(/:\d{4,5}\b/g, ":<port>").replaceAll(/ {2,}/g, "  ")
    .replaceAll(/(a_quite|echo many)[^…\n]*…/g, "$1…"); // how much is cut hangs on the width of the times
}

Deno.test("lists stay readable at 60, 80 and 120 columns", async () => {
  await using fleet = await openFleet(1);
  const at = ["--host", "s1", "--lane"];
  await fleet.cli(["dispatch", ...at, "paused", "--mission", LONG]);
  await fleet.cli(["exec", ...at, "normal", "--", "echo", "many_words_that_have_no_end"]);
  await Deno.writeTextFile(`${fleet.folder}/a.txt`, "text");
  const file = ["--file", "text=a.txt", "--mission-id", "01a20d43-2fe6-7000-a65a-02ab4cc304cb"];
  await fleet.cli(["dispatch", ...at, "paused", "--mission", "copy", ...file]);
  const lists: readonly (readonly [line: string, ...screens: string[]])[] = [
    [
      "ctl missions list --host s1",
      "ID  STATE  MISSION\n<id>  queued  copy\n<id>  queued  a_quite…\n",
      "ID  STATE  MISSION  CREATED\n<id>  queued  copy  <ago>\n<id>  queued  a_quite…  <ago>\n",
      `ID  STATE  LANE  MISSION  CREATED\n<id>  queued  paused  copy  <ago>\n<id>  queued  paused  ${LONG}  <ago>\n`,
    ],
    [
      "ctl exec list --host s1",
      "ID  STATE  MISSION\n<id>  success  echo many…\n",
      "ID  STATE  MISSION  CREATED\n<id>  success  echo many…  <ago>\n",
      "ID  STATE  LANE  MISSION  CREATED\n<id>  success  normal  echo many_words_that_have_no_end  <ago>\n",
    ],
    [
      "ctl staging list --host s1 --mission-id 01a20d43-2fe6-7000-a65a-02ab4cc304cb",
      "ID  KIND  ROLE  SIZE\n<id>  input  text  4 B\n",
      "ID  KIND  ROLE  SIZE  STATE  CREATED\n<id>  input  text  4 B  complete  <ago>\n",
    ],
    [
      "ctl lanes list --host s1",
      `LANE  STATE  RUNNING  QUEUED\nnormal  open  0/4  0\npaused  paused  0/1  2\n`,
    ],
    [
      "ctl dugdales list",
      "ID  ADDRESS  LANES  LABELS\ns1  http://127.0.0.1:<port>  normal paused  all l1\n",
    ],
    [
      "top --once",
      "letts top  <time>  running 0  queued 2\n\n" +
      "DUGDALE  LANE  STATE  RUNNING  QUEUED\ns1  normal  open  0/4  0\ns1  paused  paused  0/1  2\n",
    ],
  ];
  for (const [line, ...screens] of lists) {
    for (const [index, columns] of WIDTHS.entries()) {
      // The last one is what wider screens show too.
      assertEquals(await screen(fleet, line.split(" "), columns), screens[index] ?? screens.at(-1), line);
    }
  }
});

Deno.test("letts doctor breaks its lines between words, and goes on below them", async () => {
  await using fleet = await openFleet(1);
  await fleet.cli(["ctl", "lanes", "pause", "normal", "--host", "s1"]);
  const shown = await inProcess(["doctor", "--config", `${fleet.folder}/letts.yaml`], {
    folder: fleet.folder,
    columns: 60,
  });
  assertStringIncludes(
    shown.stdout,
    `warn  s1          lane normal was paused by hand
                  fix: letts ctl lanes continue normal
                  --host s1
`,
  );
  const wide = await inProcess(["doctor"], { folder: fleet.folder, columns: 120 });
  assertStringIncludes(wide.stdout, `fix: letts ctl lanes continue normal --host s1\n`);
});

Deno.test("letts apply --dry-run goes on below its labels where a line is too long, but not in a pipe", async () => {
  await using fleet = await openFleet(1);
  const layer = `${fleet.folder}/layer.yaml`;
  const apply = async (dugdale: string, more: readonly string[], columns?: number) => {
    await Deno.writeTextFile(layer, `dugdales:\n  - id: s1\n${dugdale}`);
    const files = ["-q", "-f", `${fleet.folder}/letts.yaml`, "-f", layer];
    const to = columns === undefined ? fleet : { folder: fleet.folder, columns };
    const ended = await inProcess(["apply", ...files, ...more], to);
    assertEquals([ended.code, ended.stderr], [0, ""], ended.stdout);
    return ended.stdout;
  };
  await apply("    mission_dir: /old\n", []);
  const lanes = ["a", "b", "c", "d"].map((name) => `lane_of_customer_${name}: { concurrency: 1 }`).join(", ");
  const wanted = `    labels: [a_label_of_this_dugdale, b_label_of_this_dugdale]
    mission_dir: /srv/customer/customer/customer/customer/missions
    runtime: { mission_path_template: "{mission}.ts", command_template: [deno, run, -A, "{mission_path}"] }
    lanes: { normal: { concurrency: 9 }, paused: null, ${lanes} }
`;
  const diff = (columns?: number) => apply(wanted, ["--dry-run"], columns);
  assertEquals(
    await diff(60),
    `== s1 ==
  add lanes:    [lane_of_customer_a lane_of_customer_b
                lane_of_customer_c lane_of_customer_d]
  keep lanes:   [paused]
  lane normal          concurrency=4->9 paused=false->false
  mission_dir:
    "/old" ->
    "/srv/customer/customer/customer/customer/missions"
  labels:       [all l1] -> [a_label_of_this_dugdale
                b_label_of_this_dugdale]
  runtime:      command_template [sh {mission_path}] ->
                [deno run -A {mission_path}]
                mission_path "{mission}.sh" ->
                "{mission}.ts"
`,
  );
  assertEquals(
    await diff(80),
    `== s1 ==
  add lanes:    [lane_of_customer_a lane_of_customer_b lane_of_customer_c
                lane_of_customer_d]
  keep lanes:   [paused]
  lane normal          concurrency=4->9 paused=false->false
  mission_dir:  "/old" -> "/srv/customer/customer/customer/customer/missions"
  labels:       [all l1] -> [a_label_of_this_dugdale b_label_of_this_dugdale]
  runtime:      command_template [sh {mission_path}] -> [deno run -A
                {mission_path}]
                mission_path "{mission}.sh" -> "{mission}.ts"
`,
  );
  const piped = `== s1 ==
  add lanes:    [lane_of_customer_a lane_of_customer_b lane_of_customer_c lane_of_customer_d]
  keep lanes:   [paused]
  lane normal          concurrency=4->9 paused=false->false
  mission_dir:  "/old" -> "/srv/customer/customer/customer/customer/missions"
  labels:       [all l1] -> [a_label_of_this_dugdale b_label_of_this_dugdale]
  runtime:      command_template [sh {mission_path}] -> [deno run -A {mission_path}] ; mission_path "{mission}.sh" -> "{mission}.ts"
`;
  assertEquals(
    await diff(120),
    piped.replace(" ; mission_path", "\n                mission_path"), // the only line longer than that
  );
  assertEquals(await diff(), piped);
});
