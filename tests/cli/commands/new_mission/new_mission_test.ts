/** `letts new mission`: what it makes runs, passes its own test, and is clean. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hasProgram } from "../../../examples/run_example.ts";
import { BUNDLED, cli } from "../../cli_process.ts";

const RUNTIME = new URL("../../../../mission/mod.ts", import.meta.url).href;
const IMPORTS = JSON.stringify({ imports: { "@letts/letts/mission": RUNTIME } });

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "letts-new-test-" }));
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const LANGUAGES = [
  ["ts", "deno", [Deno.execPath(), "test", "-A", "--quiet"]],
  ["sh", "sh", ["sh"]],
  ["py", "python3", ["python3"]],
  ["php", "php", ["php"]],
  ["js", "node", ["node"]],
] as const;

for (const [lang, program, command] of LANGUAGES) {
  Deno.test({
    name: `letts new mission --lang ${lang} makes a mission that is clean and passes its own test`,
    ignore: !await hasProgram(program),
    fn: () =>
      inFolder(async (cwd) => {
        // The package's own name leads to this checkout, as an application's import map would.
        await Deno.writeTextFile(`${cwd}/deno.json`, IMPORTS);
        const made = await cli(["new", "mission", "greet", "--lang", lang], { cwd });
        assertEquals([made.code, made.stderr], [
          0,
          `letts: wrote missions/greet.${lang}\nletts: wrote missions/tests/greet_test.${lang}\n`,
        ]);
        assertStringIncludes(made.stdout, `letts check mission missions/greet.${lang}\n`);
        assertEquals((await Deno.stat(`${cwd}/missions/greet.${lang}`)).mode! & 0o777, 0o755);

        const checked = await cli(
          ["check", "mission", `missions/greet.${lang}`, "--input", `{"name":"Ada"}`, "-o", "json"],
          { cwd },
        );
        const report = JSON.parse(checked.stdout);
        assertEquals([report.problems, report.notes, checked.code], [[], [], 0], checked.stderr);
        assertEquals([report.outcome, report.return], ["success", { greeting: "Hello, Ada!" }]);
        assertEquals([report.outputs, report.progress], [{ greeting: 12 }, 1]);

        const [run = "", ...args] = command;
        const test = await new Deno.Command(run, {
          args: [...args, `missions/tests/greet_test.${lang}`],
          cwd,
          env: { NO_COLOR: "1" },
        }).output();
        assertEquals(
          test.code,
          0,
          new TextDecoder().decode(test.stdout) + new TextDecoder().decode(test.stderr),
        );
      }),
  });

  Deno.test({
    name: `the test that comes with a mission in ${lang} fails once the mission greets wrongly`,
    ignore: !await hasProgram(program),
    fn: () =>
      inFolder(async (cwd) => {
        await Deno.writeTextFile(`${cwd}/deno.json`, IMPORTS);
        await cli(["new", "mission", "greet", "--lang", lang], { cwd });
        const path = `${cwd}/missions/greet.${lang}`;
        await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replaceAll("Hello", "Hullo"));
        const [run = "", ...args] = command;
        const { code } = await new Deno.Command(run, {
          args: [...args, `missions/tests/greet_test.${lang}`],
          cwd,
          stdout: "null",
          stderr: "null",
        }).output();
        assert(code !== 0);
      }),
  });
}

Deno.test("letts new mission --lang js makes a mission that Deno runs as well as Node", () =>
  inFolder(async (cwd) => {
    await cli(["new", "mission", "greet", "--lang", "js"], { cwd });
    await Deno.chmod(`${cwd}/missions/greet.js`, 0o644);
    const { stdout, code } = await cli(["check", "mission", "missions/greet.js", "-o", "json"], { cwd });
    const { command, problems, return: result } = JSON.parse(stdout);
    assertEquals([command[0], problems, result, code], [
      Deno.execPath(),
      [],
      { greeting: "Hello, world!" },
      0,
    ]);
  }));

Deno.test("letts new mission says where the runtime comes from, and changes no deno.json", () =>
  inFolder(async (cwd) => {
    const first = await cli(["new", "mission", "a"], { cwd });
    assertStringIncludes(first.stderr, "letts: wrote missions/deno.json\n");
    const { imports } = JSON.parse(await Deno.readTextFile(`${cwd}/missions/deno.json`));
    assertEquals(imports, { "@letts/letts/mission": BUNDLED ? "./.letts/mission.js" : RUNTIME });
    const byHand = await new Deno.Command(`${cwd}/missions/a.ts`, { cwd }).output();
    assertEquals(new TextDecoder().decode(byHand.stdout), `{\n    "greeting": "Hello, world!"\n}\n`);
    const second = await cli(["new", "mission", "b"], { cwd });
    assertEquals([second.code, second.stderr.includes("deno.json")], [0, false]);

    await Deno.writeTextFile(`${cwd}/deno.jsonc`, "{}");
    const other = await cli(["new", "mission", "c", "--dir", "other"], { cwd });
    const target = BUNDLED ? "./other/.letts/mission.js" : RUNTIME;
    assertStringIncludes(
      other.stderr,
      `letts: add "@letts/letts/mission": "${target}" to the imports of ${cwd}/deno.jsonc\n`,
    );
    assertEquals(await Deno.readTextFile(`${cwd}/deno.jsonc`), "{}");
  }));

Deno.test("letts new mission replaces nothing, not even in part", () =>
  inFolder(async (cwd) => {
    await Deno.mkdir(`${cwd}/missions/tests`, { recursive: true });
    await Deno.writeTextFile(`${cwd}/missions/tests/a_test.sh`, "mine");
    const { code, stdout, stderr } = await cli(["new", "mission", "a", "--lang", "sh"], { cwd });
    assertEquals([code, stdout, stderr], [
      2,
      "",
      "letts: missions/tests/a_test.sh exists, and nothing is replaced\n",
    ]);
    assertEquals(await Deno.readTextFile(`${cwd}/missions/tests/a_test.sh`), "mine");
    assertEquals([...Deno.readDirSync(`${cwd}/missions`)].map(({ name }) => name), ["tests"]);
  }));

Deno.test("letts new mission refuses names that no mission can have", () =>
  inFolder(async (cwd) => {
    for (const name of ["../up", "a/b", ".hidden", "", "ä", "x".repeat(126)]) {
      const { code, stderr } = await cli(["new", "mission", name], { cwd });
      assertEquals([code, stderr.includes("mission name")], [2, true], `${name}: ${stderr}`);
    }
    assertEquals([...Deno.readDirSync(cwd)], []);
    assertEquals((await cli(["new", "mission", "a", "--lang", "go"], { cwd })).code, 2);
    assertEquals((await cli(["new", "mission"], { cwd })).code, 2);
  }));

Deno.test("letts new mission takes a name with its ending", () =>
  inFolder(async (cwd) => {
    const { stderr } = await cli(["new", "mission", "a.b.py", "--lang", "py"], { cwd });
    assertStringIncludes(stderr, "wrote missions/a.b.py\nletts: wrote missions/tests/a.b_test.py\n");
  }));
