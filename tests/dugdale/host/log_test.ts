import { assertEquals, assertMatch } from "@std/assert";
import { lineLog, LogOutput, targetLog } from "../../../dugdale/host/log.ts";

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

Deno.test("targetLog() writes each record to the outputs whose level it reaches, in the format of each", () => {
  const all: string[] = [], warnings: string[] = [];
  const log = targetLog([
    { level: () => "debug", format: "json", write: (line) => all.push(line) },
    { level: () => "warn", format: "text", priority: true, write: (line) => warnings.push(line) },
  ]);
  log.debug("d");
  log.info("i");
  log.warn("w", { n: 1 });
  log.error("e");
  assertEquals(all.map((line) => JSON.parse(line).msg), ["d", "i", "w", "e"]);
  assertEquals(warnings.map((line) => line.replace(/time=\S+ /, "")), [
    "<4>level=WARN msg=w n=1\n",
    "<3>level=ERROR msg=e\n",
  ]);
});

Deno.test("G15 targetLog() gives events the levels of the configuration, the most specific name first", () => {
  const lines: string[] = [];
  let events: Readonly<Record<string, "debug" | "info" | "warn" | "error" | "off">> | undefined = {
    request: "off",
    mission: "debug",
    "mission.failed": "error",
    "mission.queued": "warn",
  };
  const log = targetLog(
    [{ level: () => "info", format: "json", write: (line) => lines.push(line) }],
    () => events,
  );
  const say = () => {
    log.info("request");
    log.info("mission", { phase: "dispatched" });
    log.info("mission", { phase: "started" });
    log.info("mission", { phase: "attempt_failed", outcome: "timeout" });
    log.info("mission", { phase: "finished", outcome: "failed" });
    log.info("mission", { phase: "finished", outcome: "success" });
    log.info("toString");
  };
  const seen = () =>
    lines.splice(0).map((line) => JSON.parse(line)).map(({ level, msg, phase }) => [level, phase ?? msg]);
  say();
  assertEquals(seen(), [["WARN", "dispatched"], ["ERROR", "finished"], ["INFO", "toString"]]);
  events = { "mission.retrying": "error", "mission.succeeded": "off" };
  say();
  assertEquals(seen(), [
    ["INFO", "request"],
    ["INFO", "dispatched"],
    ["INFO", "started"],
    ["ERROR", "attempt_failed"],
    ["INFO", "finished"],
    ["INFO", "toString"],
  ]);
  events = undefined;
  say();
  assertEquals(seen().length, 7);
});

Deno.test("LogOutput renames a file that would exceed its size, and keeps as many as it is told", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/log`;
    await Deno.writeTextFile(path, "before\n");
    using output = new LogOutput(path, { maxBytes: 10, keep: 2 });
    for (const line of ["one\n", "two\n", "three\n", "a line of more than ten\n", "four\n"]) {
      output.write(line);
    }
    const read = (suffix: string) => Deno.readTextFileSync(path + suffix);
    assertEquals([read(""), read(".1"), read(".2")], ["four\n", "a line of more than ten\n", "three\n"]);
    assertEquals([...Deno.readDirSync(folder)].length, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("LogOutput begins a file anew when none is to be kept, and goes on in one that cannot be renamed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/log`;
    {
      using output = new LogOutput(path, { maxBytes: 4, keep: 0 });
      for (const line of ["one\n", "two\n"]) output.write(line);
      assertEquals(await Deno.readTextFile(path), "two\n");
    }
    await Deno.mkdir(`${path}.1/in_the_way`, { recursive: true });
    using output = new LogOutput(path, { maxBytes: 4, keep: 1 });
    output.write("six\n");
    assertEquals(await Deno.readTextFile(path), "two\nsix\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("LogOutput.reopen() begins a new file after the old one was renamed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/log`;
    using output = new LogOutput(path);
    output.write("one\n");
    await Deno.rename(path, `${path}.old`);
    output.write("two\n");
    output.reopen();
    output.write("three\n");
    assertEquals([await Deno.readTextFile(`${path}.old`), await Deno.readTextFile(path)], [
      "one\ntwo\n",
      "three\n",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
