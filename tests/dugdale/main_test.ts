import { assertEquals, assertMatch } from "@std/assert";

interface Program extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
  readonly process: Deno.ChildProcess;
  /** The rest of the log, once the program has ended. */
  log(): Promise<string>;
}

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

async function start(): Promise<Program> {
  const folder = await Deno.makeTempDir();
  const config = `${folder}/dugdale.yaml`;
  await Deno.writeTextFile(
    config,
    `listen: 127.0.0.1:0\ndata_dir: ${folder}/data\nlog: { output: stdout }\n`,
  );
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "dugdale", "--config", config],
    stdout: "piped",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream());
  const reader = lines.getReader();
  let text = "";
  while (!text.includes("dugdale started")) text += (await reader.read()).value ?? "";
  const listen = /"listen":"([^"]+)"/.exec(text)?.[1];
  return {
    folder,
    url: `http://${listen}`,
    process,
    log: async () => {
      for (let next; !(next = await reader.read()).done;) text += next.value;
      return text;
    },
    [Symbol.asyncDispose]: async () => {
      try {
        process.kill("SIGKILL");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
      await process.status;
      await reader.cancel();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("The daemon ends cleanly when its lock file is replaced under it", async () => {
  await using program = await start();
  const lock = `${program.folder}/data/dugdale.lock`;
  assertMatch(
    await Deno.readTextFile(lock),
    /^pid=\d+\nhost=.+\nversion=.+\nlisten=127\.0\.0\.1:\d+\nos=linux\/\w+\n$/,
  );
  await Deno.remove(lock);
  assertEquals((await program.process.status).code, 0);
  const log = await program.log();
  assertMatch(log, /"level":"ERROR","msg":"lock lost"/);
  assertMatch(log, /"msg":"dugdale stopped cleanly"/);
});

Deno.test("The daemon ends cleanly at SIGTERM and leaves an empty lock file", async () => {
  await using program = await start();
  program.process.kill("SIGTERM");
  assertEquals((await program.process.status).code, 0);
  assertMatch(await program.log(), /"msg":"signal received","sig":"SIGTERM"/);
  assertEquals(await Deno.readTextFile(`${program.folder}/data/dugdale.lock`), "");
});
