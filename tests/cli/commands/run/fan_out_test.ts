import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openFleet } from "../../fleet.ts";
import { onTerminal } from "../../terminal.ts";

const BOTH = ["run", "--host", "s2, web,,s2,again", "--lane", "normal"];

Deno.test("letts run on two hosts prints a block for each, in the order of --host", async () => {
  await using fleet = await openFleet(2);
  const { code, stdout, stderr } = await fleet.cli([...BOTH, "--mission", "hello"]);
  const returned = `{\n  "a": "\\u003cx\\u003e",\n  "b": 9007199254740993\n}\n`;
  assertEquals(code, 0);
  assertEquals(stdout, `== s2 ==\n${returned}== web ==\n${returned}`);
  const blocks = stderr.split(/^== .* ==\n/m).map((block) => block.split("\n").sort().join("\n"));
  assertEquals(blocks.length, 3);
  assertStringIncludes(blocks[1] ?? "", "[event] done outcome=success\n[event] queued\n");
  assertStringIncludes(blocks[2] ?? "", "[stdout] out");
});

Deno.test("letts run -q on two hosts names those where the mission failed", async () => {
  await using fleet = await openFleet(2);
  const ended = await fleet.cli([...BOTH, "-q", "--mission", "reason"]);
  assertEquals(ended, {
    code: 1,
    stdout: "== s2 ==\n== web ==\n",
    stderr: "[FAIL] s2 — mission failed: quota: full\n[FAIL] web — mission failed: quota: full\n" +
      "letts: mission failed on s2,web\n",
  });
  const shot = await fleet.cli([...BOTH, "-q", "--mission", "shot"]);
  assertEquals(shot.code, 125);
  assertStringIncludes(shot.stderr, "letts: mission did not exit normally: killed on s2,web\n");
});

Deno.test("letts run -o json on two hosts prints a result for each", async () => {
  await using fleet = await openFleet(2);
  const good = await fleet.cli([...BOTH, "-o", "json", "--mission", "hello"]);
  assertEquals([good.code, good.stderr], [0, ""]);
  const rows: Record<string, unknown>[] = JSON.parse(good.stdout).results;
  assertEquals(rows.map(({ host, ok, outcome }) => [host, ok, outcome]), [["s2", true, "success"], [
    "web",
    true,
    "success",
  ]]);
  const bad = await fleet.cli([...BOTH, "-o", "json", "--mission", "reason"]);
  const [row]: Record<string, unknown>[] = JSON.parse(bad.stdout).results;
  assertEquals(Object.keys(row ?? {}).filter((key) => key !== "duration_ms"), [
    "host",
    "ok",
    "error",
    "outcome",
    "exit_code",
    "fail_reason",
    "fail_message",
  ]);
});

Deno.test("letts run -o ndjson on two hosts puts the host first, and an error event where there is no end", async () => {
  await using fleet = await openFleet(2);
  const yaml = await Deno.readTextFile(`${fleet.folder}/letts.yaml`);
  await Deno.writeTextFile(
    `${fleet.folder}/letts.yaml`,
    yaml + `  - { id: gone, url: "http://127.0.0.1:9" }\n`,
  );
  const ended = await fleet.cli([
    "run",
    "--host",
    "gone,s1",
    "--lane",
    "normal",
    "--mission",
    "silent",
    "-o",
    "ndjson",
  ]);
  assertEquals(ended.code, 4);
  const lines = ended.stdout.trimEnd().split("\n");
  assertEquals(lines.slice(0, -1).map((line) => line.slice(0, 12)), Array(3).fill(`{"host":"s1"`));
  const { host, event, error } = JSON.parse(lines.at(-1) ?? "");
  assertEquals([host, event, error], ["gone", "error", "transport"]);
});

Deno.test("letts run on two hosts refuses flags for one before any request", async () => {
  await using fleet = await openFleet(2);
  const run = [...BOTH, "--mission", "hello"];
  assertEquals((await fleet.cli([...run, "--output-file", "a=b"])).code, 2);
  assertEquals((await fleet.cli([...run, "--mission-id", "01a20d43-2fe6-7000-a65a-02ab4cc304cb"])).code, 2);
  assertEquals(
    (await fleet.cli(["run", "--host", "s1,nope", "--lane", "normal", "--mission", "hello"])).code,
    1,
  );
  assertEquals((await fleet.cli(["run", "--host", "s1,s2", "--mission", "hello"])).code, 2);
});

Deno.test("letts run on two hosts shows on a terminal how many are done, and takes that away", async () => {
  await using fleet = await openFleet(2);
  const screen = await onTerminal([...BOTH, "--mission", "hello"], fleet.folder);
  assertMatch(screen, /1 of 2 done, waiting for (s2|web)/);
  assertStringIncludes(screen, "\r\x1b[2K== s2 ==");
});
