/** A fleet of which one dugdale is down, one refuses the token, one is slow and one is well. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openFleet, slowly } from "./fleet.ts";

Deno.test("letts asks every dugdale of a broken fleet and reports the result of each", async (t) => {
  await using fleet = await openFleet(2);
  const [, second = ""] = fleet.urls;
  await using slow = slowly(second);
  const path = `${fleet.folder}/letts.yaml`;
  const yaml = (await Deno.readTextFile(path)).replace(/ {2}- \{ id: s2.*\n/, "");
  const lanes = "lanes: { normal: {} }";
  await Deno.writeTextFile(
    path,
    yaml +
      `  - { id: down, url: "http://127.0.0.1:9", ${lanes} }\n` +
      `  - { id: strict, url: "${second}", token: wrong, exec_token: wrong, admin_token: wrong, ${lanes} }\n` +
      `  - { id: slow, url: "http://127.0.0.1:${slow.addr.port}", ${lanes} }\n`,
  );
  const run = (hosts: string) => ["run", "--host", hosts, "--lane", "normal", "--mission", "hello"];

  await t.step("letts run prints what came, and exits as the first failure says", async () => {
    const ended = await fleet.cli([...run("s1,down,strict,slow"), "-q"]);
    assertEquals(ended.code, 4);
    const returned = `{\n  "a": "\\u003cx\\u003e",\n  "b": 9007199254740993\n}\n`;
    assertEquals(ended.stdout, `== s1 ==\n${returned}== down ==\n== strict ==\n== slow ==\n${returned}`);
    assertMatch(
      ended.stderr,
      /^\[FAIL\] down — .*: down \(127.0.0.1:9\)\n\[FAIL\] strict — dugdale \S+ 401: unauthorized — .*\nletts: .*\n$/,
    );
  });
  await t.step("letts run -o json has a result for each dugdale", async () => {
    const ended = await fleet.cli([...run("strict,s1,down,slow"), "-o", "json"]);
    assertEquals(ended.code, 5);
    const rows: { host: string; ok: boolean; outcome?: string }[] = JSON.parse(ended.stdout).results;
    assertEquals(rows.map(({ host, ok, outcome }) => [host, ok, outcome]), [
      ["strict", false, undefined],
      ["s1", true, "success"],
      ["down", false, undefined],
      ["slow", true, "success"],
    ]);
  });
  await t.step("letts run -o ndjson ends with an error for each dugdale without an outcome", async () => {
    const ended = await fleet.cli([...run("s1,down,strict,slow"), "-o", "ndjson"]);
    const lines: { host: string; event: string; error?: string }[] = ended.stdout.trimEnd().split("\n")
      .map((line) => JSON.parse(line));
    const last = lines.filter(({ event }) => event === "done" || event === "error");
    assertEquals(last.map(({ host, event, error }) => [host, event, error].join(" ").trim()).sort(), [
      "down error transport",
      "s1 done",
      "slow done",
      "strict error unauthorized",
    ]);
  });
  await t.step("letts exec prints what came, and exits with 255", async () => {
    const exec = ["exec", "--all", "--lane", "normal", "--stdin=none"];
    const ended = await fleet.cli([...exec, "--", "echo", "hi"]);
    assertEquals([ended.code, ended.stdout.split("\n").sort()], [255, ["", "[s1] hi", "[slow] hi"]]);
    assertStringIncludes(ended.stderr, ": down (127.0.0.1:9)\n");
    assertStringIncludes(ended.stderr, "[strict][FAIL] dugdale ");
    const json = await fleet.cli([...exec, "-o", "json", "--", "echo", "hi"]);
    const rows: { host: string; error?: string; outcome?: string }[] = JSON.parse(json.stdout).results;
    assertEquals(rows.map(({ host, error, outcome }) => [host, error ?? outcome]), [
      ["s1", "success"],
      ["down", "transport"],
      ["strict", "unauthorized"],
      ["slow", "success"],
    ]);
  });
  await t.step(
    "a command by id finds the dugdale that has the mission, and names all failures when none has",
    async () => {
      const sent = await fleet.cli(["dispatch", "--host", "slow", "--lane", "normal", "--mission", "silent"]);
      const [id = ""] = sent.stdout.split("\t");
      const shown = await fleet.cli(["ctl", "missions", "show", id]);
      assertEquals([shown.code, JSON.parse(shown.stdout).mission_id, shown.stderr], [0, id, ""]);
      const none = await fleet.cli(["ctl", "missions", "show", "01a20d43-2fe6-7000-a65a-02ab4cc304cb"]);
      assertEquals([none.code, none.stdout], [5, ""]);
      assertMatch(none.stderr, /^letts: .*: down \(127.0.0.1:9\)\nstrict: dugdale \S+ 401: .*\n$/);
    },
  );
});

Deno.test("letts leaves a dugdale that takes connections and never answers, and shows what the others did", async (t) => {
  await using fleet = await openFleet(1);
  using mute = Deno.listen({ port: 0, hostname: "127.0.0.1" }); // the system takes connections for it
  const path = `${fleet.folder}/letts.yaml`;
  const entry = `  - { id: mute, url: "http://127.0.0.1:${mute.addr.port}", lanes: { normal: {} } }\n`;
  await Deno.writeTextFile(path, await Deno.readTextFile(path) + entry);
  const impatient = ["--request-timeout", "5s"]; // the one that answers has this long, too
  const exec = ["exec", "--all", "--lane", "normal", "--stdin=none"];
  const silence = /no response within \d+ ms: mute \(/;

  await t.step("letts run exits with 4", async () => {
    const run = ["run", "-q", "--host", "mute,s1", "--lane", "normal", "--mission", "silent"];
    const ended = await fleet.cli([...run, ...impatient]);
    assertEquals([ended.code, ended.stdout], [4, "== mute ==\n== s1 ==\n"]);
    assertMatch(ended.stderr, silence);
  });
  await t.step("letts exec exits with 255", async () => {
    const ended = await fleet.cli([...exec, ...impatient, "--", "echo", "hi"]);
    assertEquals([ended.code, ended.stdout], [255, "[s1] hi\n"]);
    assertMatch(ended.stderr, silence);
  });
  await t.step(
    "letts exec --wait-timeout counts from before the first request and exits with 124",
    async () => {
      const ended = await fleet.cli([...exec, "--wait-timeout", "10s", "-o", "json", "--", "echo", "hi"]);
      assertEquals(ended.code, 124);
      const rows: { host: string; error?: string; outcome?: string }[] = JSON.parse(ended.stdout).results;
      assertEquals(rows.map(({ host, error, outcome }) => [host, error ?? outcome]), [
        ["s1", "success"],
        ["mute", "wait_timeout"],
      ]);
    },
  );
  await t.step("a command by id and letts apply show what the others answered", async () => {
    const sent = await fleet.cli(["dispatch", "--host", "s1", "--lane", "normal", "--mission", "silent"]);
    const [id = ""] = sent.stdout.split("\t");
    assertEquals((await fleet.cli(["ctl", "missions", "show", id, ...impatient])).code, 0);
    const applied = await fleet.cli(["apply", "-q", "-f", "letts.yaml", ...impatient]);
    assertEquals(applied.code, 1);
    assertMatch(applied.stdout, /^\[OK\] {3}s1 — .*\n\[FAIL\] mute — no response within \d+ ms: mute/);
  });
});
