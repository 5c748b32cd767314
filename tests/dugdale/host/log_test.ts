import { assertEquals, assertMatch } from "@std/assert";
import { lineLog, LogOutput } from "../../../dugdale/host/log.ts";

function written(level: "debug" | "info" | "warn" | "error", format: "json" | "text"): string[] {
  const lines: string[] = [];
  const log = lineLog(level, format, (line) => lines.push(line));
  log.debug("d");
  log.info("i", { count: 1, none: undefined, list: ["a", "b"] });
  log.warn("w w", { text: 'say "so"\n', path: "/x=y", empty: "" });
  log.error("e", { err: Object.assign(new Error("bad"), { stack: "Error: bad\n  at x" }) });
  return lines;
}

Deno.test("lineLog() writes one JSON object a line", () => {
  const records = written("debug", "json").map((line) => {
    assertMatch(line, /^\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","level":"[A-Z]+","msg":.*\}\n$/);
    const { time: _time, ...rest } = JSON.parse(line);
    return rest;
  });
  assertEquals(records, [
    { level: "DEBUG", msg: "d" },
    { level: "INFO", msg: "i", count: 1, list: ["a", "b"] },
    { level: "WARN", msg: "w w", text: 'say "so"\n', path: "/x=y", empty: "" },
    { level: "ERROR", msg: "e", err: "Error: bad\n  at x" },
  ]);
});

Deno.test("lineLog() writes key=value text, quoted where it must be, one line a record", () => {
  const lines = written("debug", "text").map((line) => line.replace(/^time=\d\S+Z /, ""));
  assertEquals(lines, [
    "level=DEBUG msg=d\n",
    'level=INFO msg=i count=1 list="[\\"a\\",\\"b\\"]"\n',
    'level=WARN msg="w w" text="say \\"so\\"\\n" path="/x=y" empty=""\n',
    'level=ERROR msg=e err="Error: bad\\n  at x"\n',
  ]);
});

Deno.test("lineLog() writes no control character into key=value text", () => {
  const lines: string[] = [];
  lineLog("info", "text", (line) => lines.push(line)).info("\x1b[2J", { path: "\x9b2J\x7f" });
  assertEquals(lines[0]?.replace(/^time=\S+ /, ""), 'level=INFO msg="\\u001b[2J" path="\\u009b2J\\u007f"\n');
});

Deno.test("lineLog() reports why an error came about", () => {
  const lines: string[] = [];
  const cause = Object.assign(new Error("full"), { stack: undefined });
  lineLog("info", "json", (line) => lines.push(line)).error("e", {
    err: Object.assign(new Error("not written", { cause }), { stack: "Error: not written\n  at x" }),
  });
  assertEquals(JSON.parse(lines[0]!).err, "Error: not written\n  at x\nCaused by: Error: full");
});

Deno.test("lineLog() leaves out what is below its level", () => {
  const count = (["debug", "info", "warn", "error"] as const).map((level) => written(level, "text").length);
  assertEquals(count, [4, 3, 2, 1]);
});

Deno.test("LogOutput appends to a file that only owner and group can read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/dugdale.log`;
    for (const line of ["first\n", "second\n"]) {
      using output = new LogOutput(file);
      output.write(line);
    }
    assertEquals(await Deno.readTextFile(file), "first\nsecond\n");
    assertEquals((await Deno.stat(file)).mode! & 0o777, 0o640);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
