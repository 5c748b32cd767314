import { assert, assertEquals } from "@std/assert";
import { Place } from "../contract/daemon.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

Deno.test("a reader of the log that stalls holds nothing up, and is told how many lines it has missed", async () => {
  await using place = await Place.make({ log: { output: "stderr", level: "info" } });
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  await place.configure(`127.0.0.1:${port}`);
  await using child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "dugdale", "--config", place.configFile],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const url = `http://127.0.0.1:${port}/v1/healthz`;
  const ask = async (): Promise<number> => {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.status;
  };
  while (await ask().catch(() => 0) !== 200);
  // A pipe holds 64 KiB, the queue 1 MiB, a record some 150 bytes.
  for (let round = 0; round < 120; round++) {
    const replies = await Promise.all(Array.from({ length: 100 }, ask));
    assert(replies.every((status) => status === 200));
  }
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!/letts: \d+ log lines were dropped/.test(text)) {
    text += (await reader.read()).value ?? "";
    if (text.endsWith("\n")) await ask();
  }
  child.kill("SIGTERM");
  while (!(await reader.read()).done);
  assertEquals((await child.status).code, 0);
});
