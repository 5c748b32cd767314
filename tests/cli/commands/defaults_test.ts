import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openFleet } from "../fleet.ts";

Deno.test("letts takes the only dugdale of letts.yaml where --host is left out", async () => {
  await using fleet = await openFleet();
  const sent = await fleet.cli(["dispatch", "--lane", "paused", "hello"]);
  const id = sent.stdout.split("\t")[0] ?? "";
  for (
    const line of [
      ["ctl", "dugdales", "info"],
      ["ctl", "dugdales", "config"],
      ["ctl", "lanes", "list"],
      ["ctl", "lanes", "pause", "normal"],
      ["ctl", "lanes", "continue", "normal"],
      ["ctl", "missions", "list"],
      ["ctl", "exec", "list"],
      ["ctl", "staging", "list", "--mission-id", id],
      ["events", id],
      ["exec", "--lane", "normal", "--", "true"],
      ["ctl", "missions", "delete", "--selector", "lane=paused", "--yes"],
    ]
  ) {
    const { code, stderr } = await fleet.cli(line);
    assertEquals([code, stderr], [0, ""], line.join(" "));
  }
});

Deno.test("letts names the dugdales where --host is left out and there are several", async () => {
  await using fleet = await openFleet(2);
  for (const line of [["ctl", "lanes", "list"], ["exec", "--lane", "normal", "--", "true"]]) {
    const { code, stderr } = await fleet.cli(line);
    assertEquals(code, 2);
    assertMatch(stderr, /^letts: .*host.*\n$/);
  }
  assertStringIncludes((await fleet.cli(["ctl", "lanes", "list"])).stderr, "letts.yaml are: s1, s2");
});

Deno.test("letts run NAME takes the route default, else the only lane of the only dugdale", async () => {
  await using fleet = await openFleet();
  const path = `${fleet.folder}/letts.yaml`;
  const yaml = await Deno.readTextFile(path);
  const end = async (...args: string[]) => {
    const { code, stderr } = await fleet.cli(args);
    return [code, stderr];
  };
  assertEquals(await end("run", "hello"), [2, "letts: one of --route, --host and --lane is required\n"]);
  await Deno.writeTextFile(path, yaml.replace("routes: { normal:", "routes: { default:"));
  assertEquals(await end("run", "-q", "hello"), [0, ""]);
  await Deno.writeTextFile(path, yaml.replace(/, paused: \{[^}]*\}/, ""));
  assertEquals(await end("run", "-q", "hello"), [0, ""]);
  assertEquals(await end("dispatch", "hello"), [0, ""]);
  assertEquals(
    await end("run", "hello", "--mission", "hello"),
    [2, "letts: <mission> and --mission cannot be used together\n"],
  );
});

Deno.test("letts run --embedded FILE runs a script", async () => {
  await using fleet = await openFleet();
  const ended = await fleet.cli(["run", "-q", "--embedded", "missions/hello.sh"]);
  assertEquals([ended.code, JSON.parse(ended.stdout).a], [0, "<x>"]);
});
