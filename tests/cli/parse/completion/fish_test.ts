/** The completion script in a real fish. */
import { assertEquals } from "@std/assert";
import { baseEnv, cliWords } from "../../cli_process.ts";
import { hasProgram } from "../../../examples/run_example.ts";
import { lettsYaml } from "../../fleet.ts";

Deno.test({
  name: "letts completion fish completes commands, flags, names, words and files",
  ignore: !await hasProgram("fish"),
  fn: async () => {
    const table: readonly (readonly [line: string, words: string])[] = [
      ["letts ctl st", "staging"],
      ["letts run --output", "--output --output-file"],
      ["letts run --output=j", "--output=json"],
      ["letts run --host s", "s1"],
      ["letts run --route n", "normal"],
      ["letts run --file log=acc", "log=access.log"],
      ["letts --config acc", "access.log"],
      ["letts exec --host s1 -- acc", "access.log"],
      ["letts bogus ", ""],
    ];
    const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
    try {
      await Deno.writeTextFile(`${folder}/letts.yaml`, lettsYaml(["http://127.0.0.1:9"], folder));
      await Deno.writeTextFile(`${folder}/access.log`, "");
      const asked = table.map(([line]) => `echo (complete -C '${line}' | string replace -r '\\t.*' '')`);
      const { stdout, stderr } = await new Deno.Command("fish", {
        args: [
          "--no-config",
          "-c",
          `function letts; ${cliWords([]).join(" ")} $argv; end; letts completion fish | source\n${
            asked.join("\n")
          }`,
        ],
        cwd: folder,
        clearEnv: true,
        env: baseEnv({ HOME: folder }),
      }).output();
      assertEquals(new TextDecoder().decode(stderr), "");
      const completed = new TextDecoder().decode(stdout).split("\n");
      for (const [index, [line, words]] of table.entries()) {
        assertEquals([line, completed[index]], [line, words]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
