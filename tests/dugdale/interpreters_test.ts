import { assertEquals } from "@std/assert";
import { missionFile, missionStarter, programFor } from "../../dugdale/interpreters.ts";

/** A folder with programs that print their names and arguments, and with scripts. */
class Bench implements Disposable {
  readonly folder: string = Deno.makeTempDirSync({ prefix: "letts-test-" });

  constructor() {
    Deno.mkdirSync(`${this.folder}/bin`);
    for (const program of ["deno", "python3", "php", "sh"]) {
      this.file(`bin/${program}`, `#!/bin/sh\necho "${program} \${*##*/}"\n`, 0o755);
    }
  }

  file(name: string, text: string, mode: number): string {
    const path = `${this.folder}/${name}`;
    Deno.writeTextFileSync(path, text, { mode });
    return path;
  }

  /** What the shell script prints for a mission, and what it says on descriptor 3. */
  async start(name: string): Promise<string> {
    const args = ["-c", `exec 3>&1\n${missionStarter("deno")}`, "sh", `${this.folder}/${name}`, name];
    const env = { PATH: `${this.folder}/bin` };
    const { stdout, stderr } = await new Deno.Command("/bin/sh", { args, env, clearEnv: true }).output();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

const ITSELF = "#!/bin/sh\necho itself\n";

for (
  const [what, name, text, mode, program] of [
    ["an executable file with a first line", "a.js", ITSELF, 0o755, "itself"],
    ["an executable file with a first line and no ending", "a", ITSELF, 0o755, "itself"],
    ["an executable file of one line without its end", "one.py", "#!/bin/echo itself", 0o755, "itself"],
    ["a file with a first line that is not executable", "b.sh", ITSELF, 0o644, "sh"],
    ["an executable file without a first line", "c.php", "<?php", 0o755, "php"],
    ["an empty executable file", "d.py", "", 0o755, "python3"],
    ["an ending in capital letters", "e.TS", "", 0o644, "deno"],
    ["TypeScript of a module", "f.mts", "", 0o644, "deno"],
    ["a path with a space and a quote", "it's g.sh", "", 0o644, "sh"],
    ["a file with neither", "h.txt", "", 0o644, undefined],
  ] as const
) {
  Deno.test(`a command and the shell script of a folder start ${what} with the same program`, async () => {
    using bench = new Bench();
    const path = bench.file(name, text, mode);
    const found = programFor(path);
    assertEquals(found === path ? "itself" : found, program);
    const said = await bench.start(name);
    if (program === undefined) {
      const message = `mission file ${name} is not executable, and its ending names no program`;
      assertEquals(JSON.parse(said), { event: "fail", reason: "spawn_failed", message });
    } else {
      assertEquals(said.split(" ")[0]?.trimEnd(), program);
    }
  });
}

Deno.test("missionStarter() and missionFile() find a mission that is named without its ending", async () => {
  using bench = new Bench();
  const path = bench.file("a.py", "", 0o644);
  assertEquals(await bench.start("a"), "python3 a.py\n");
  assertEquals([missionFile(`${bench.folder}/a`), missionFile(`${bench.folder}/a.py`)], [path, path]);
  assertEquals([missionFile(`${bench.folder}/b`), missionFile(`${bench.folder}/bin`)], [
    undefined,
    undefined,
  ]);
  assertEquals(JSON.parse(await bench.start("b")), {
    event: "fail",
    reason: "mission_not_found",
    message: "there is no mission file b, nor one with a known ending",
  });
});
