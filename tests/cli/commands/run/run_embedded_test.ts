import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { baseEnv, cli, cliWords, startCli } from "../../cli_process.ts";
import { fromFileUrl } from "../../paths.ts";
import { onTerminal } from "../../terminal.ts";

const EXAMPLES = fromFileUrl("../../examples");

/** A folder for scripts, and a folder that gets the temporary files of the process. */
class Bench implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "letts-cli-test-" });
  readonly temp = `${this.folder}/tmp`;

  constructor() {
    Deno.mkdirSync(this.temp);
  }

  script(name: string, text: string, mode = 0o644): string {
    Deno.writeTextFileSync(`${this.folder}/${name}`, text, { mode });
    return name;
  }

  get options(): { cwd: string; env: Record<string, string> } {
    return { cwd: this.folder, env: { TMPDIR: this.temp } };
  }

  get leftovers(): string[] {
    return [...Deno.readDirSync(this.temp)].map(({ name }) => name);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

Deno.test("letts run --embedded runs a TypeScript mission with files and leaves nothing behind", async () => {
  using bench = new Bench();
  const ended = await cli([
    "run",
    "--embedded",
    "--mission",
    `${EXAMPLES}/missions/log_report.ts`,
    "--file",
    `log=${EXAMPLES}/data/access.log`,
    "--output-file",
    "report=report.html",
  ], bench.options);
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(JSON.parse(ended.stdout).lines, 5000);
  assertStringIncludes(ended.stderr, "[event] done outcome=success\n");
  assertStringIncludes(await Deno.readTextFile(`${bench.folder}/report.html`), "</html>");
  assertEquals(bench.leftovers, []);
});

const SUCCESS = `{"event":"success","return":{"by":"NAME"}}`;

for (
  const [name, text, mode] of [
    ["a.sh", `echo '${SUCCESS}' >&3`, 0o644],
    ["a.py", `import os\nos.write(3, b'${SUCCESS}\\n')`, 0o644],
    [
      "a.js",
      `Deno.openSync("/dev/fd/3", { write: true }).writeSync(new TextEncoder().encode('${SUCCESS}\\n'))`,
      0o644,
    ],
    ["b.js", `#!/bin/sh\necho '${SUCCESS}' >&3`, 0o755],
    ["with space", `#!/bin/sh\necho '${SUCCESS}' >&3`, 0o755],
  ] as const
) {
  Deno.test(`letts run --embedded runs ${name}`, async () => {
    using bench = new Bench();
    const args = ["run", "-q", "--embedded", "--mission", bench.script(name, text, mode)];
    const ended = await cli(args, bench.options);
    assertEquals(ended, { code: 0, stdout: `{\n  "by": "NAME"\n}\n`, stderr: "" });
    assertEquals(bench.leftovers, []);
  });
}

Deno.test("letts run --embedded finds the Deno of a first line where PATH has none", async () => {
  using bench = new Bench();
  const text =
    `#!/usr/bin/env -S deno run --quiet --allow-write\nDeno.writeTextFileSync("/dev/fd/3", '${SUCCESS}\\n');\n`;
  const args = ["run", "-q", "--embedded", "--mission", bench.script("a.ts", text, 0o755)];
  const ended = await cli(args, { ...bench.options, env: { ...bench.options.env, PATH: "/nonexistent" } });
  assertEquals(ended, { code: 0, stdout: `{\n  "by": "NAME"\n}\n`, stderr: "" });
});

Deno.test("letts run --embedded says which program is missing", async () => {
  using bench = new Bench();
  const args = ["run", "--embedded", "--mission", bench.script("a.php", "<?php")];
  const ended = await cli(args, { ...bench.options, env: { ...bench.options.env, PATH: "/nonexistent" } });
  assertEquals(ended, { code: 1, stdout: "", stderr: "letts: a.php needs php, which is not on PATH\n" });
});

Deno.test("letts run --embedded gives a failed mission exit code 1", async () => {
  using bench = new Bench();
  const args = ["run", "-q", "--embedded", "--mission", bench.script("a.sh", "echo oops >&2; exit 7")];
  const ended = await cli(args, bench.options);
  assertEquals([ended.code, ended.stdout], [1, ""]);
  assertMatch(ended.stderr, /^letts: mission failed: no_event_nonzero_exit: .*7.*\n$/);
  assertEquals(bench.leftovers, []);
});

Deno.test("letts run --embedded ends the mission at Ctrl-C and removes its files", async () => {
  using bench = new Bench();
  const script = `echo "pid $$"; exec sleep 600`;
  const child = startCli(["run", "--embedded", "--mission", bench.script("a.sh", script)], bench.options);
  let stderr = "";
  let pid = 0;
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += chunk;
    const found = /^\[stdout\] pid (\d+)$/m.exec(stderr);
    if (found !== null && pid === 0) {
      pid = Number(found[1]);
      child.kill("SIGINT");
    }
  }
  await child.stdout.cancel();
  assertEquals((await child.status).code, 130);
  assertStringIncludes(stderr, "letts: ending the mission; Ctrl-C again does not wait for it\n");
  assertEquals(bench.leftovers, []);
  await gone(pid);
});

Deno.test("letts run --embedded leaves at once at the second Ctrl-C", async () => {
  using bench = new Bench();
  const script = `trap 'echo trapped' TERM; echo "pid $$"; while :; do sleep 0.05; done`;
  const child = startCli(["run", "--embedded", "--mission", bench.script("a.sh", script)], bench.options);
  let stderr = "";
  let pid = 0;
  let ending = false;
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += chunk;
    const found = /^\[stdout\] pid (\d+)$/m.exec(stderr);
    if (found !== null && pid === 0) {
      pid = Number(found[1]);
      child.kill("SIGINT");
    } else if (!ending && stderr.includes("Ctrl-C again")) {
      ending = true;
      child.kill("SIGINT");
    }
  }
  await child.stdout.cancel();
  assertEquals((await child.status).code, 130);
  assertEquals(bench.leftovers, []);
  await gone(pid);
});

/** Waits until a process has ended. The end of an orphan is not announced, so it is polled. */
async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (!isAlive(pid)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`process ${pid} is still there`);
}

/** Whether a process still runs; a zombie does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

Deno.test("a mission that asks the terminal is told that it has none, and goes on", async () => {
  using bench = new Bench();
  const text = `read -r answer 2>/dev/null </dev/tty || echo "no terminal"\necho '${SUCCESS}' >&3`;
  const mission = bench.script("asks.sh", text);
  const shown = await onTerminal(["run", "--embedded", "--mission", mission], bench.folder);
  assertStringIncludes(shown, "no terminal");
  assertStringIncludes(shown, `"by": "NAME"`);
});

Deno.test("a variable whose value is not UTF-8 is left out, and missions run without it", async () => {
  using bench = new Bench();
  const mission = bench.script("lang.sh", `printf '{"event":"success","return":{"lang":"%s"}}' "$LANG" >&3`);
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      `LANG=$'caf\\xe9' exec "$@"`,
      "bash",
      ...cliWords(["run", "-q", "--embedded", "--mission", mission]),
    ],
    cwd: bench.folder,
    clearEnv: true,
    env: baseEnv(),
  }).output();
  assertEquals(new TextDecoder().decode(stdout), `{\n  "lang": ""\n}\n`, new TextDecoder().decode(stderr));
});
