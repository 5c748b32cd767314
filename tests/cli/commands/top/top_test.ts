/** `letts top` on a real terminal: keys in, screen out. */
import { assertEquals } from "@std/assert";
import { baseEnv, cliWords } from "../../cli_process.ts";
import { openFleet } from "../../fleet.ts";

/** A terminal of 100 columns and 30 lines with `letts top` on it. */
class TopScreen implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<string>;
  /** What the terminal got since the last match. */
  #seen = "";

  constructor(cwd: string) {
    const words = cliWords(["top", "--interval", "100ms"]);
    this.#process = new Deno.Command("script", {
      args: [
        "-qec",
        `stty cols 100 rows 30; exec ${words.map((word) => `'${word}'`).join(" ")}`,
        "/dev/null",
      ],
      cwd,
      clearEnv: true,
      env: baseEnv({ TERM: "xterm-256color", NO_COLOR: "1", SHELL: "/bin/sh" }),
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#keys = this.#process.stdin.getWriter();
    this.#output = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Waits until the terminal shows it. */
  async shows(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#seen)) {
      const { done, value } = await this.#output.read();
      if (done) throw new Error(`never saw ${pattern}; saw ${this.#seen.slice(-2000)}`);
      this.#seen += value;
    }
    this.#seen = "";
  }

  async press(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** The exit code and what was printed last. */
  async left(): Promise<{ readonly code: number; readonly last: string }> {
    for (;;) {
      const { done, value } = await this.#output.read();
      if (done) break;
      this.#seen += value;
    }
    return { code: (await this.#process.status).code, last: this.#seen };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys.abort().catch(() => {});
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#output.cancel();
    await this.#process.status;
  }
}

Deno.test("letts top shows progress, output and record of a mission, pauses its lane, kills it, and leaves", async () => {
  await using fleet = await openFleet(1);
  const forever =
    `echo '{"event":"progress","value":0.5,"message":"half"}' >&3; echo started; exec sleep 600\n`;
  await Deno.writeTextFile(`${fleet.folder}/missions/forever.sh`, forever);
  const dispatched = await fleet.cli([
    "dispatch",
    "--host",
    "s1",
    "--lane",
    "normal",
    "--mission",
    "forever",
  ]);
  const [id = ""] = dispatched.stdout.split("\t");
  await using top = new TopScreen(fleet.folder);
  await top.shows(/forever +█████░░░░░ {2}50% half/);
  await top.press("/FOREV\r\x1b[F");
  await top.shows(/> .*forever[^]*filter FOREV/);
  await top.press("l");
  await top.shows(/output of forever on s1[^]*started/);
  await top.press("q");
  await top.shows(/> .*forever/);
  await top.press("\r");
  await top.shows(new RegExp(`forever on s1[^]*mission_id +${id}[^]*status +running`));
  await top.press("\x1b");
  await top.press("p");
  await top.shows(/lane s1\/normal is paused[^]*letts top/);
  await top.press("p");
  await top.shows(/lane s1\/normal goes on/);
  await top.press("k");
  await top.shows(new RegExp(`kill forever ${id}\\? y or n`));
  await top.press("y");
  await top.shows(/running 0/);
  await top.press("q");
  const { code, last } = await top.left();
  assertEquals(code, 0);
  assertEquals(last.endsWith("\x1b[?25h\x1b[?1049l"), true, "the cursor and the first screen are back");
  const { stdout } = await fleet.cli(["ctl", "missions", "show", id, "--host", "s1"]);
  assertEquals(JSON.parse(stdout).outcome, "killed");
});

Deno.test("Ctrl-C leaves letts top with exit code 0", async () => {
  await using fleet = await openFleet(1);
  await using top = new TopScreen(fleet.folder);
  await top.shows(/letts top/);
  await top.press("\x03");
  assertEquals((await top.left()).code, 0);
});
