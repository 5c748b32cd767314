import { assertEquals } from "@std/assert";
import { openFleet } from "../../fleet.ts";

Deno.test("letts completes ids and names of missions with what the dugdales have", async () => {
  await using fleet = await openFleet(2);
  const ids: string[] = [];
  for (const [host, name] of [["s1", "hello"], ["s2", "silent"]]) {
    const sent = await fleet.cli(["dispatch", "--host", host!, "--lane", "paused", name!]);
    ids.push(sent.stdout.split("\t")[0] ?? "");
  }
  const [first = "", second = ""] = ids;
  const words = async (...line: string[]) => (await fleet.cli(["__complete", ...line])).stdout;
  const both = `none\n${second}\tsilent queued\n${first}\thello queued\n`;
  for (const line of [["events"], ["logs"], ["ctl", "missions", "show"], ["ctl", "missions", "kill"]]) {
    assertEquals(await words(...line, ""), both, line.join(" "));
    assertEquals(await words(...line, first), `none\n${first}\thello queued\n`);
  }
  assertEquals(await words("run", "h"), "files\nhello\n");
  assertEquals(await words("dispatch", "--mission", "s"), "files\nsilent\n");
  assertEquals(await words("run", "--mission=si"), "files\nsilent\n");
  assertEquals(await words("events", "--config", "none.yaml", ""), "none\n");
});
