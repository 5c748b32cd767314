/** The progress bar on a real terminal. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { baseEnv, cliWords } from "../../cli_process.ts";

const SCRIPT = `echo "a line"
echo '{"event":"progress","value":0.25,"message":"reading"}' >&3
sleep 2
echo '{"event":"success","return":{"n":1}}' >&3
`;

/** Runs the script on a terminal of 100 columns; what the terminal got, and what went to stdout beside it. */
async function onTerminal(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly screen: string; readonly stdout: string }> {
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  try {
    await Deno.writeTextFile(`${folder}/a.sh`, SCRIPT);
    const words = cliWords(["run", "--embedded", "--mission", "a.sh", ...flags]);
    const { stdout } = await new Deno.Command("script", {
      args: ["-qec", `stty cols 100; ${words.map((word) => `'${word}'`).join(" ")} > out.json`, "/dev/null"],
      cwd: folder,
      clearEnv: true,
      env: baseEnv({ TERM: "xterm-256color", TMPDIR: folder, SHELL: "/bin/sh", ...env }),
      stdin: "null",
    }).output();
    return {
      screen: new TextDecoder().decode(stdout),
      stdout: await Deno.readTextFile(`${folder}/out.json`),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a terminal shows at the end: carriage returns and erasures applied. */
function shown(screen: string): readonly string[] {
  return screen.split("\n").map((line) => {
    let text = "";
    for (const part of line.split("\r")) {
      if (part.startsWith("\x1b[2K")) text = part.slice(4);
      else if (part !== "") text = part + text.slice(part.length);
    }
    // deno-lint-ignore no-control-regex -- escapes are what is taken out
    return text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").trimEnd();
  });
}

Deno.test("letts run draws a bar with percent, time and message, and takes it away", async () => {
  const { screen, stdout } = await onTerminal([]);
  // deno-lint-ignore no-control-regex -- escapes are what is taken out
  const plain = screen.replace(/\x1b\[[0-9;]*m/g, "");
  assertMatch(plain, /▕██████ +▏ +25% \d:\d\d reading/);
  assertStringIncludes(screen, "\x1b[36m▕");
  assertEquals(shown(screen).filter((line) => line !== ""), ["[stdout] a line"]);
  assertEquals(JSON.parse(stdout), { n: 1 });
});

Deno.test("letts run draws without colours when NO_COLOR is set", async () => {
  const { screen } = await onTerminal([], { NO_COLOR: "1" });
  assertStringIncludes(screen, "25%");
  // deno-lint-ignore no-control-regex -- colours are what is looked for
  assertEquals(/\x1b\[[0-9;]*m/.test(screen), false);
});

Deno.test("letts run draws nothing with -q, and plain lines with --no-progress", async () => {
  assertEquals((await onTerminal(["-q"])).screen, "");
  const { screen } = await onTerminal(["--no-progress"]);
  assertStringIncludes(screen, "[event] done outcome=success");
  assertEquals(screen.includes("▕"), false);
});
