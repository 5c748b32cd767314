/** What docs/missions.md shows, and the mission of the README, is run under a real dugdale. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LIMIT_DEFAULTS } from "../../config/dugdale/limits.ts";
import { CONTROL_EVENTS } from "../../protocol/fd3.ts";
import type { Fields } from "../contract/dugdale.ts";
import { hasProgram } from "../examples/run_example.ts";
import { openUnderDugdale, type UnderDugdale } from "../mission/under_dugdale.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/missions.md", import.meta.url));
const RUNTIME = new URL("../../mission/mod.ts", import.meta.url).href;

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The code blocks of a language that are whole programs. */
function blocks(
  language: string,
  fits: (text: string) => boolean = () => true,
  page: string = PAGE,
): readonly string[] {
  const found = page.matchAll(new RegExp(`^\`\`\`${language}(?: ignore)?\n(.*?)^\`\`\`$`, "gms"));
  return [...found].map(([, text = ""]) => text).filter(fits);
}

/** The only block of that kind, as a file to run. */
async function put(dugdale: UnderDugdale, language: string): Promise<void> {
  const whole = blocks(language, (text) => /^(?:#!|package main)/.test(text));
  assertEquals(whole.length, 1, language);
  const path = `${dugdale.missions}/mission`;
  if (language !== "go") return await Deno.writeTextFile(path, whole[0] ?? "", { mode: 0o755 });
  await Deno.writeTextFile(`${path}.go`, whole[0] ?? "");
  const { code, stderr } = await new Deno.Command("go", { args: ["build", "-o", path, `${path}.go`] })
    .output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
}

for (
  const [language, program] of [["sh", "sh"], ["python", "python3"], ["php", "php"], ["js", "node"], [
    "go",
    "go",
  ]] as const
) {
  Deno.test({
    name: `docs/missions.md: the mission in ${language} does what the page says`,
    ignore: !await hasProgram(program),
    fn: async () => {
      await using dugdale = await openUnderDugdale({ command: ["{mission_path}"] });
      await put(dugdale, language);
      const { record, stderr } = await dugdale.run("mission", { a: 1 });
      assertEquals([record.outcome, record.return, stderr], ["success", { bytes: 7 }, ""]);
      assertEquals(await dugdale.output(record, "size"), "7\n");
      assertEquals((await dugdale.calls.event(String(record.mission_id), "progress")).value, 0.5);
      if (language === "sh") return;
      const refused = await dugdale.run("mission", { refuse: true });
      assertEquals([refused.record.outcome, refused.record.fail_reason], ["failed", "refused"]);
      assertEquals([refused.record.fail_message, refused.record.exit_code], ["asked to refuse", 1]);
    },
  });
}

/** Runs a mission of the page with its recommended command. */
async function withRuntime(
  block: (text: string) => boolean,
  test: (dugdale: UnderDugdale) => Promise<void>,
  page: string = PAGE,
): Promise<void> {
  const [template = "[]"] = blocks("json");
  const [, ...args] = JSON.parse(template) as string[];
  await using dugdale = await openUnderDugdale({ command: [Deno.execPath(), ...args] });
  const [source = ""] = blocks("ts", block, page);
  await Deno.writeTextFile(`${dugdale.missions}/m.ts`, source.replaceAll("@letts/letts/mission", RUNTIME));
  await test(dugdale);
}

Deno.test("docs/missions.md: the mission in function style runs with the recommended command", () =>
  withRuntime((text) => text.includes("await mission(resize)"), async (dugdale) => {
    const { record, stderr } = await dugdale.run("m.ts", { size: { width: 3 } }, { picture: "cat" });
    assertEquals([record.outcome, record.return], ["success", { width: 3, rows: 3 }], stderr);
    assertEquals(await dugdale.output(record, "small"), "row\nrow\nrow");
    assertStringIncludes(stderr, `"state":"resizing"`);
    const empty = await dugdale.run("m.ts", {}, { picture: "" });
    assertEquals([empty.record.outcome, empty.record.fail_reason], ["failed", "empty_picture"]);
    const wrong = await dugdale.run("m.ts", { size: { width: "3" } }, { picture: "cat" });
    assertEquals([wrong.record.fail_reason, wrong.record.fail_message], [
      "invalid_input",
      `input "size.width" must be an integer within ±(2^53 - 1), not the string "3"`,
    ]);
  }));

Deno.test("README.md: the mission in TypeScript runs with the recommended command", () =>
  withRuntime((text) => text.includes("await mission("), async (dugdale) => {
    const { record, stderr } = await dugdale.run("m.ts", { width: 7 }, { picture: "cat" });
    assertEquals([record.outcome, record.return], ["success", { width: 7, bytes: 3 }], stderr);
    assertEquals(await dugdale.output(record, "copy"), "cat");
  }, README));

Deno.test("docs/missions.md: the mission in script style runs with the recommended command", () =>
  withRuntime((text) => text.includes("Mission.start()"), async (dugdale) => {
    assertEquals((await dugdale.run("m.ts", { width: 7 })).record.return, { width: 7 });
    assertEquals((await dugdale.run("m.ts", { skip: 1 })).record.return, undefined);
    const { record } = await dugdale.run("m.ts", { width: 5000 });
    assertEquals([record.fail_reason, record.exit_code], ["too_wide", 3]);
  }));

Deno.test("docs/missions.md: a dugdale accepts the lines of the protocol as the page says", async () => {
  const lines = [...PAGE.matchAll(/^\| `(\{"event".*\})` \|/gm)].map(([, line = ""]) => line);
  assertEquals(lines.map((line) => JSON.parse(line).event), [...CONTROL_EVENTS]);
  await using dugdale = await openUnderDugdale({ command: ["{mission_path}"] });
  const say = (lines: readonly string[]): string => `#!/bin/sh\ncat >&3 <<'.'\n${lines.join("\n")}\n.\n`;
  await dugdale.write("good.sh", `${say(lines.toSpliced(3, 1))}touch out/report\n`);
  const good = await dugdale.run("good.sh");
  assertEquals([good.record.outcome, good.record.return], ["success", { rows: 7 }]);
  assertEquals(Object.keys(good.record.outputs as Fields), ["report"]);
  assertEquals([good.record.notes, good.record.state], [["from the cache"], "drawing"]);
  await dugdale.write("bad.sh", `${say(lines.slice(3, 4))}exit 4\n`);
  const { record } = await dugdale.run("bad.sh");
  assertEquals([record.fail_reason, record.fail_message], ["not_found", "no such video"]);
  assertEquals([record.fail_details, record.exit_code], [{ id: 4 }, 4]);
});

Deno.test("docs/missions.md: the variables are those of a real mission", async () => {
  await using dugdale = await openUnderDugdale({
    command: ["{mission_path}"],
    settings: { missionEnv: { inherit: [] } },
  });
  await dugdale.write("env.sh", "#!/bin/sh\nexec env\n");
  const { stdout } = await dugdale.run("env.sh", {}, { data: "x" });
  const names = stdout.trimEnd().split("\n").map((line) => line.split("=", 1)[0] ?? "");
  // The shell adds these two by itself.
  for (const name of names.filter((name) => !["PWD", "_", "OLDPWD", "SHLVL"].includes(name))) {
    assert(PAGE.includes(`\`${name.replace("_data", "_<role>")}\``), name);
  }
});

Deno.test("docs/missions.md: the limits are the defaults", () => {
  const row = (name: string): string =>
    PAGE.match(new RegExp(`^\\| ${name} \\| ([^|]+) \\|`, "m"))?.[1] ?? "";
  const size = (bytes: number): string =>
    bytes >= 1 << 20 ? `${bytes / (1 << 20)} MiB` : `${bytes / 1024} KiB`;
  const limits = LIMIT_DEFAULTS;
  assertEquals(row("input"), size(limits.maxMissionInputBytes));
  assertEquals(row("a line on descriptor 3"), size(limits.maxEventLineBytes));
  assertEquals(row("output files"), String(limits.maxOutputFilesPerMission));
  assertEquals(row("`return`"), size(limits.maxReturnValueBytes));
  assertEquals(row("`message` of a failure"), size(limits.maxFailMessageBytes));
  assertEquals(row("`details` of a failure"), size(limits.maxFailDetailsBytes));
  assertEquals(row("stdout and stderr together"), size(limits.maxOutputBufferBytes));
  assertEquals(
    row("progress"),
    `${limits.maxProgressRate} a second, ${size(limits.maxEventsBufferBytes)} in all`,
  );
});
