import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeAccessLog } from "../../examples/data/make_access_log.ts";
import { parseAccessLine } from "../../examples/missions/log_report/access_line.ts";
import { drawPage } from "../../examples/missions/log_report/page.ts";
import { Tally } from "../../examples/missions/log_report/tally.ts";
import { startExample } from "./run_example.ts";

const LOG = new URL("../../examples/data/access.log", import.meta.url);
const LINE = `192.0.2.1 - - [03/Mar/2026:13:55:36 +0200] "GET /a?b=c HTTP/2.0" 200 1234 "-" "Agent \\"x\\""`;

Deno.test("makeAccessLog() makes the committed log, byte for byte", async () => {
  assertEquals(makeAccessLog(), await Deno.readTextFile(LOG));
});

Deno.test("access.log names only addresses that are kept for documentation", async () => {
  for (const line of (await Deno.readTextFile(LOG)).trimEnd().split("\n")) {
    assertMatch(line, /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+ |^2001:db8:/);
  }
});

Deno.test("parseAccessLine() reads the combined format", () => {
  assertEquals(parseAccessLine(LINE), {
    client: "192.0.2.1",
    atMs: Date.UTC(2026, 2, 3, 11, 55, 36),
    path: "/a",
    status: 200,
    bytes: 1234,
    seconds: undefined,
  });
});

Deno.test("parseAccessLine() reads the common format, a duration at the end, and answers without a body", () => {
  assertEquals(parseAccessLine(`::1 - mira [03/Mar/2026:00:00:00 +0000] "POST / HTTP/1.1" 304 -`)?.bytes, 0);
  assertEquals(parseAccessLine(`${LINE} 0.250\r`)?.seconds, 0.25);
  assertEquals(
    parseAccessLine(`::1 - - [03/Mar/2026:00:00:00 +0000] "\\x16\\x03" 400 0 "-" "-"`)?.path,
    "(not HTTP)",
  );
});

Deno.test("parseAccessLine() understands nothing else", () => {
  for (
    const line of ["", "hello", LINE.slice(0, 60), LINE.replace("Mar", "Mrz"), LINE.replace("03/", "32/")]
  ) {
    assertEquals(parseAccessLine(line), undefined, line);
  }
});

Deno.test("drawPage() escapes what strangers wrote into the log", () => {
  const tally = new Tally();
  tally.add(parseAccessLine(LINE.replace("/a?b=c", `/<script>alert('x')</script>"`.replaceAll('"', "&"))));
  const page = drawPage(tally, 5);
  assertEquals(page.includes("<script"), false);
  assertStringIncludes(page, "/&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;");
});

Deno.test("drawPage() shows the slowest answers only of a log that has them, and draws long logs by days", () => {
  const short = new Tally();
  short.add(parseAccessLine(LINE));
  assertEquals(/<h2>Slowest/.test(drawPage(short, 5)), false);
  assertStringIncludes(drawPage(short, 5), "Requests per hour");
  const long = new Tally();
  long.add(parseAccessLine(`${LINE} 2.5`));
  long.add(parseAccessLine(LINE.replace("03/Mar", "30/Mar")));
  assertMatch(drawPage(long, 5), /<h2>Slowest.*2\.50 s/);
  assertStringIncludes(drawPage(long, 5), "Requests per day");
});

Deno.test("log_report reports on the sample under a dugdale, with the smallest permissions", async () => {
  await using running = await startExample("log_report.ts", {
    input: `{"top":3}`,
    files: { log: await Deno.readTextFile(LOG) },
  });
  const ended = await running.finished();
  assertEquals(ended.code, 0, ended.stderr);
  const result = ended.lines.at(-1)?.return as Record<string, unknown>;
  assertEquals([result.lines, result.malformed, result.bytes], [5000, 1, 221_852_557]);
  assertEquals([result.from, result.to], ["2026-03-03T00:00:04.000Z", "2026-03-03T23:59:26.000Z"]);
  assertEquals((result.statuses as Record<string, number>)["404"], 67);
  assertEquals((result.top_paths as unknown[]).length, 3);
  assertEquals((result.top_paths as unknown[])[0], { path: "/", requests: 627, bytes: 8_874_423 });
  const events = ended.lines.map((line) => line.event);
  assertEquals([events[0], events.includes("output_file"), events.at(-1)], ["progress", true, "success"]);
  assertEquals(ended.lines.findLast((line) => line.event === "progress")?.value, 1);
  const page = await Deno.readTextFile(`${running.workDir}/out/report`);
  assertMatch(page, /^<!doctype html>[^]*<svg [^]*<\/html>\n$/);
  assertEquals(/(?:src|href)=/.test(page), false);
});

Deno.test("log_report runs by hand and says how far it is", async () => {
  await using running = await startExample("log_report.ts", {
    mode: "shell",
    permissions: ["--no-prompt", "--allow-env=LETTS_*", "--allow-read", "--allow-write=."],
    args: [`--input={"log":"${LOG.pathname}"}`],
  });
  const ended = await running.finished();
  assertEquals([JSON.parse(ended.stdout).lines, ended.code], [5000, 0]);
  assertMatch(ended.stderr, /^(?:\[progress\] 0\.\d\d \d+ lines\n)+/);
  assert((await Deno.stat(`${running.workDir}/out/report`)).size > 5000);
});

for (
  const [what, input, content, reason] of [
    ["a file that is no log", "{}", "hello\n", "not_an_access_log"],
    ["an empty file", "{}", "", "not_an_access_log"],
    ["too many rows", `{"top":101}`, LINE, "invalid_input"],
    ["rows that are no number", `{"top":"3"}`, LINE, "invalid_input"],
  ] as const
) {
  Deno.test(`log_report refuses ${what}`, async () => {
    await using running = await startExample("log_report.ts", { input, files: { log: content } });
    const ended = await running.finished();
    assertEquals([ended.lines.at(-1)?.reason, ended.code], [reason, 1]);
  });
}

Deno.test("log_report takes a dispatch without an input, and a log without a last line end", async () => {
  await using running = await startExample("log_report.ts", { input: "null", files: { log: LINE } });
  assertEquals(((await running.finished()).lines.at(-1)?.return as { lines: number }).lines, 1);
});

Deno.test("log_report without its file says which one is missing", async () => {
  await using running = await startExample("log_report.ts", {});
  const last = (await running.finished()).lines.at(-1);
  assertEquals(last?.reason, "invalid_input");
  assertStringIncludes(String(last?.message), `input file "log" did not come`);
});
