import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startCli } from "../cli_process.ts";
import { type Fleet, heldFleet, openFleet } from "../fleet.ts";

const ID = "01a20d43-2fe6-7000-a65a-02ab4cc304cb";
const SH = `echo before; while ! [ -e "$1" ]; do sleep 0.05; done; echo after`;

/** A command of the CLI that waits, and what it has printed. */
class Waiting {
  readonly #child: Deno.ChildProcess;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  #text = "";

  constructor(fleet: Fleet, ...args: readonly string[]) {
    this.#child = startCli(args, { cwd: fleet.folder });
    this.#stdout = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async saw(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      const { done, value } = await this.#stdout.read();
      if (done) throw new Error(`ended with ${JSON.stringify(this.#text)}`);
      this.#text += value;
    }
  }

  async finished(): Promise<{ code: number; stdout: string; stderr: string }> {
    const stderr = new Response(this.#child.stderr).text();
    for (;;) {
      const { done, value } = await this.#stdout.read();
      if (done) break;
      this.#text += value;
    }
    return { code: (await this.#child.status).code, stdout: this.#text, stderr: await stderr };
  }
}

Deno.test("letts exec, events --follow and logs --follow survive a dugdale that is gone for seconds", async () => {
  await using fleet = await openFleet();
  await using proxy = await heldFleet(fleet);
  const { port } = proxy;
  const go = `${fleet.folder}/go`;
  const one = ["--host", "s1", "--lane", "normal"];
  const exec = new Waiting(
    fleet,
    "exec",
    ...one,
    "--mission-id",
    ID,
    "--allow-shell",
    "--",
    "sh",
    "-c",
    SH,
    "sh",
    go,
  );
  await exec.saw("before");
  const events = new Waiting(fleet, "events", ID, "--host", "s1", "--follow");
  const logs = new Waiting(
    fleet,
    "ctl",
    "exec",
    "output",
    ID,
    "--host",
    "s1",
    "--stream",
    "stdout",
    "--follow",
  );
  await events.saw("running");
  await logs.saw("before");
  await proxy.stop();
  await Deno.writeTextFile(go, "");
  await new Promise((resolve) => setTimeout(resolve, 3000)); // an outage that is longer than the first pauses
  await proxy.start(port);
  const [ran, followed, read] = await Promise.all([exec.finished(), events.finished(), logs.finished()]);
  assertEquals([ran.code, ran.stdout], [0, "before\nafter\n"]);
  assertMatch(
    ran.stderr,
    /^letts: warning: connection refused: s1 \(127\.0\.0\.1:\d+\); trying for another \d\ds\n$/,
  );
  assertEquals([followed.code, followed.stdout.trimEnd().split("\n").length], [0, 3]);
  assertStringIncludes(followed.stdout, `"done"`);
  assertEquals([read.code, read.stdout], [0, "before\nafter\n"]);
});

Deno.test("letts --reconnect says how long a dugdale may be gone, and the error how the mission is found again", async () => {
  await using fleet = await openFleet();
  await using proxy = await heldFleet(fleet);
  const run = new Waiting(
    fleet,
    "exec",
    "--reconnect",
    "300ms",
    "--host",
    "s1",
    "--lane",
    "normal",
    "--allow-shell",
    "--",
    "sh",
    "-c",
    SH,
    "sh",
    `${fleet.folder}/go`,
  );
  await run.saw("before");
  const { port } = proxy;
  await proxy.stop();
  const { code, stderr } = await run.finished();
  assertEquals(code, 255);
  assertMatch(stderr, /mission \S+ cannot be followed: .* connections in \d+\.\d s brought nothing/);
  await proxy.start(port);
  await Deno.writeTextFile(`${fleet.folder}/go`, "");
});
