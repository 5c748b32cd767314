import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { InterruptedError } from "../../cli/errors.ts";
import { letts } from "../../cli/letts.ts";
import type { Io, Writer } from "../../cli/output/io.ts";

Deno.test("letts dev ends at a signal that comes while its first lines are written", async () => {
  const folder = await Deno.makeTempDir({ prefix: "letts-dev-test-" });
  const pressed = Promise.withResolvers<void>();
  const press = () => pressed.resolve();
  Deno.addSignalListener("SIGTERM", press);
  let said = "";
  const stdout: Writer = {
    isTerminal: false,
    async write(text) {
      said += text;
      Deno.kill(Deno.pid, "SIGTERM");
      await pressed.promise;
    },
  };
  const io: Io = {
    stdin: {
      isTerminal: false,
      readAll: () => Promise.resolve(new Uint8Array()),
      readLine: () => Promise.resolve(undefined),
      async *typed() {},
    },
    stdout,
    stderr: { isTerminal: false, write: () => Promise.resolve() },
    env: () => undefined,
    columns: () => 80,
    rows: () => 24,
    leave: (code) => {
      throw new Error(`left with ${code}`);
    },
  };
  try {
    await assertRejects(() => letts(["dev", folder, "--port", "0"], io), InterruptedError);
    assertStringIncludes(said, "In another shell:");
    assertMatch(said, /^ui {7}http:\/\/127\.0\.0\.1:\d+\/#key=[0-9a-f]{64}$/m);
    assertEquals([...Deno.readDirSync(folder)], []);
  } finally {
    Deno.removeSignalListener("SIGTERM", press);
    await Deno.remove(folder, { recursive: true });
  }
});
