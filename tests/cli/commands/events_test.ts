import { assertEquals, assertMatch } from "@std/assert";
import { openFleet } from "../fleet.ts";
import { onTerminal } from "../terminal.ts";

Deno.test("letts events prints what there is, from where it is asked to", async () => {
  await using fleet = await openFleet();
  const sent = await fleet.cli(["dispatch", "--host", "s1", "--lane", "paused", "--mission", "hello"]);
  const [id = ""] = sent.stdout.split("\t");
  const all = await fleet.cli(["events", id, "--host", "again"]);
  assertEquals([all.code, all.stderr], [0, ""]);
  assertEquals(all.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).event), ["queued"]);
  assertEquals((await fleet.cli(["events", id, "--host", "s1", "--from", "1"])).stdout, "");
});

Deno.test("letts events --follow goes on until the mission is done", async () => {
  await using fleet = await openFleet();
  const sent = await fleet.cli(["dispatch", "--host", "s1", "--lane", "normal", "--mission", "hello"]);
  const [id = ""] = sent.stdout.split("\t");
  const all = await fleet.cli(["events", id, "--host", "s1", "--follow", "-o", "json"]);
  assertEquals(all.code, 0);
  assertEquals(JSON.parse(all.stdout.trimEnd().split("\n").at(-1) ?? "").event, "done");
});

Deno.test("letts events prints lines for people on a terminal, and JSON there when asked to", async () => {
  await using fleet = await openFleet(2);
  const sent = await fleet.cli(["dispatch", "--host", "s2", "--lane", "normal", "--mission", "hello"]);
  const [id = ""] = sent.stdout.split("\t");
  const shown = await onTerminal(["events", id, "--follow"], fleet.folder);
  const time = "\\d\\d:\\d\\d:\\d\\d  ";
  assertMatch(
    shown,
    new RegExp(
      `^${time}\\[event\\] queued\r\n${time}\\[event\\] running pid=\\d+\r\n${time}\\[progress\\] 0.50 half\r\n` +
        `${time}\\[progress\\] no value\r\n${time}\\[event\\] done outcome=success\r\n$`,
    ),
  );
  const json = await onTerminal(["events", id, "-o", "json"], fleet.folder);
  assertEquals(json.trimEnd().split("\r\n").map((line) => JSON.parse(line).event).at(-1), "done");
});

Deno.test("letts events of a mission that is not there exits with 1", async () => {
  await using fleet = await openFleet();
  const ended = await fleet.cli(["events", "01a20d43-2fe6-7000-a65a-02ab4cc304cb", "--host", "s1"]);
  assertEquals([ended.code, ended.stdout], [1, ""]);
  assertEquals(
    ended.stderr.startsWith(`letts: dugdale ${fleet.urls[0]} 404: not_found — `),
    true,
    ended.stderr,
  );
});
