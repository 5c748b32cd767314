/** The completion script in a real zsh, on a terminal of its own. */
import { assertEquals } from "@std/assert";
import { baseEnv, cliWords } from "../../cli_process.ts";
import { hasProgram } from "../../../examples/run_example.ts";
import { lettsYaml } from "../../fleet.ts";

/** A zsh that types into another one: there Tab completes the word, tells the line and clears it. */
const DRIVER = String.raw`
zmodload zsh/zpty
zpty z 'zsh -f -i'
zpty -w z 'source ./inner.zsh'
zpty -r -m z seen '*<<ready>>*' || exit 1
while IFS= read -r line; do
  zpty -w -n z "$line"$'\t'
  zpty -r -m z seen '*<<*>>*' || exit 1
  seen=${"$"}{seen##*<<}
  print -r -- ${"$"}{seen%%>>*}
done
zpty -d z
`;

const inner = () =>
  String.raw`
letts() { ${cliWords([]).join(" ")} "$@" }
autoload -U compinit
compinit -u -D
letts completion zsh > _letts
source ./_letts
completed() { zle complete-word; print -rn -- "<<$BUFFER>>"; BUFFER=; }
zle -N completed
bindkey '^I' completed
print -r -- '<<''ready>>'
`;

Deno.test({
  name: "letts completion zsh completes commands, flags, names, words and files",
  ignore: !await hasProgram("zsh"),
  fn: async () => {
    const table: readonly (readonly [line: string, completed: string])[] = [
      ["letts ctl st", "letts ctl staging "],
      ["letts run --outp", "letts run --output"],
      ["letts run --output=j", "letts run --output=json "],
      ["letts run --host s", "letts run --host s1 "],
      ["letts run --host web,a", "letts run --host web,again "],
      ["letts run --file log=acc", "letts run --file log=access.log "],
      ["letts --config acc", "letts --config access.log "],
      ["letts exec --host s1 -- acc", "letts exec --host s1 -- access.log "],
      ["letts bogus x", "letts bogus x"],
    ];
    const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
    try {
      await Deno.writeTextFile(`${folder}/letts.yaml`, lettsYaml(["http://127.0.0.1:9"], folder));
      await Deno.writeTextFile(`${folder}/access.log`, "");
      await Deno.writeTextFile(`${folder}/inner.zsh`, inner());
      const zsh = new Deno.Command("zsh", {
        args: ["-f", "-c", DRIVER],
        cwd: folder,
        clearEnv: true,
        env: baseEnv({ HOME: folder, TERM: "dumb" }),
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const writer = zsh.stdin.getWriter();
      await writer.write(new TextEncoder().encode(table.map(([line]) => `${line}\n`).join("")));
      await writer.close();
      const { stdout } = await zsh.output();
      const completed = new TextDecoder().decode(stdout).split("\n");
      for (const [index, [line, wanted]] of table.entries()) {
        assertEquals([line, completed[index]], [line, wanted]);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
