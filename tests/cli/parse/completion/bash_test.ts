/** The completion script in a real bash. */
import { assertEquals, assertMatch } from "@std/assert";
import { baseEnv, cli, cliWords } from "../../cli_process.ts";
import { lettsYaml } from "../../fleet.ts";
import { inProcess } from "../../terminal.ts";

/** Completes each line at its end; what bash would insert, sorted. */
async function inBash(lines: readonly string[]): Promise<readonly string[]> {
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  try {
    await Deno.writeTextFile(`${folder}/letts.yaml`, lettsYaml(["http://127.0.0.1:9"], folder));
    await Deno.writeTextFile(`${folder}/access.log`, "");
    const script = `
letts() { ${cliWords([]).join(" ")} "$@"; }
source <(letts completion bash)
while IFS= read -r COMP_LINE; do
  COMP_POINT=\${#COMP_LINE}
  _letts
  printf '%s\\n' "\${COMPREPLY[@]}" | sort | paste -sd ' '
done
`;
    const bash = new Deno.Command("bash", {
      args: ["--norc", "-c", script],
      cwd: folder,
      clearEnv: true,
      env: baseEnv(),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = bash.stdin.getWriter();
    await writer.write(new TextEncoder().encode(lines.map((line) => `${line}\n`).join("")));
    await writer.close();
    const { stdout } = await bash.output();
    return new TextDecoder().decode(stdout).trimEnd().split("\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("letts completion bash completes commands, flags, names, words and files", async () => {
  const table: readonly (readonly [line: string, words: string])[] = [
    ["letts ctl st", "staging"],
    ["letts ctl lanes ", "continue list pause"],
    ["letts run --output", "--output --output-file"],
    ["letts run -o ", "json ndjson text yaml"],
    ["letts run --output=j", "json"],
    ["letts run --host s", "s1"],
    ["letts run --host web,a", "web,again"],
    ["letts run --match=all,", "all,all all,l1"],
    ["letts run --route n", "normal"],
    ["letts ctl lanes pause pa", "paused"],
    ["letts run --file log=acc", "access.log"],
    ["letts --config acc", "access.log"],
    ["letts exec --host s1 -- acc", "access.log"],
    ["letts ctl missions list --outcome k", "killed"],
    ["letts completion p", "powershell"],
    ["letts help ctl mis", "missions"],
    ["letts bogus ", ""],
    ["letts events ", ""],
  ];
  const completed = await inBash(table.map(([line]) => line));
  for (const [index, [line, words]] of table.entries()) {
    assertEquals([line, completed[index] ?? ""], [line, words]);
  }
});

Deno.test("letts completion has a script for every shell, and reports how to load it", async () => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const script = (await cli(["completion", shell])).stdout;
    assertEquals(script.includes("letts __complete"), true, shell);
    const help = (await cli(["completion", shell, "--help"])).stdout;
    assertEquals(help.includes(`letts completion ${shell}`), true, shell);
  }
});

Deno.test("letts completion powershell sends an empty word as two quotes, which mean the same", async () => {
  const ask = (last: string) => inProcess(["__complete", "ctl", "lanes", last], { folder: "/" });
  const asked = await ask("");
  assertEquals(asked.stdout.match(/^\w+/gm), ["none", "list", "pause", "continue"]);
  assertEquals(await ask('""'), asked);
  const { stdout } = await inProcess(["completion", "powershell"], { folder: "/" });
  assertMatch(stdout, /if \(\$wordToComplete -eq ''\) \{ \$words \+= '""' \}/);
});
