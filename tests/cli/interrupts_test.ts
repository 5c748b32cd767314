import { assertEquals, assertMatch } from "@std/assert";
import { startCli } from "./cli_process.ts";
import { openFleet } from "./fleet.ts";

Deno.test("letts run tells at Ctrl-C that the mission goes on, and it does", async () => {
  await using fleet = await openFleet();
  const child = startCli(["run", "--lane", "normal", "--mission", "forever"], { cwd: fleet.folder });
  let stderr = "";
  let sent = false;
  for await (const chunk of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += chunk;
    if (sent || !stderr.includes("[stdout] started\n")) continue;
    sent = true;
    child.kill("SIGINT");
  }
  await child.stdout.cancel();
  assertEquals((await child.status).code, 130);
  const told = /letts: mission (\S+) keeps running on s1\n {2}follow it: (.*)\n {2}end it: {4}(.*)\n$/.exec(
    stderr,
  );
  const [, id = "", follow, end] = told ?? [];
  assertEquals(follow, `letts events ${id} --host s1 --follow`);
  assertEquals(end, `letts ctl missions kill ${id} --host s1`);
  const events = await fleet.cli(["events", id, "--host", "s1"]);
  assertEquals(events.code, 0);
  assertMatch(events.stdout, /"event":"running"/);
  assertEquals(events.stdout.includes(`"done"`), false);
});
