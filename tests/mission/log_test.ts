import { assertEquals, assertMatch } from "@std/assert";
import { Log, type LogFormat } from "../../mission/log.ts";
import type { SaidLine } from "../../protocol/fd3.ts";
import { type FakeHost, fakeHost, type FakeProcess } from "./fake_host.ts";

/** @param said Takes the lines for a dugdale that keeps logs; without it the dugdale keeps none. */
function openLog(
  process: FakeProcess = {},
  format?: LogFormat,
  said?: SaidLine[],
): { log: Log; host: FakeHost } {
  const host = fakeHost(process);
  const channel = {
    ended: false,
    knows: () => said !== undefined,
    say: (line: SaidLine) => void said?.push(line),
  };
  return { host, log: new Log(host, { missionId: "m1", state: () => "resizing", channel }, format) };
}

Deno.test("Log writes one JSON object a line unless stderr is a terminal", () => {
  const { log, host } = openLog();
  log.info("two\nlines", { width: 3, time: "mine" });
  log.debug("a");
  log.warn("b");
  log.error("c");
  const lines = host.text("stderr").trimEnd().split("\n").map((line) => JSON.parse(line));
  assertMatch(lines[0].time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  delete lines[0].time;
  assertEquals(lines[0], {
    level: "info",
    message: "two\nlines",
    mission: "m1",
    state: "resizing",
    fields: { width: 3, time: "mine" },
  });
  assertEquals(lines.map((line) => line.level), ["info", "debug", "warn", "error"]);
});

Deno.test("Log writes text on a terminal", () => {
  const { log, host } = openLog({ terminal: true });
  log.warn("small picture", { width: 3, name: "a b" });
  assertMatch(host.text("stderr"), /^\d\d:\d\d:\d\d\.\d{3} warn {2}small picture width=3 name="a b"\n$/);
});

Deno.test("Log takes the form that the variable asks for, and before that the one of the options", () => {
  const asked = openLog({ env: { LETTS_LOG_FORMAT: "text" } });
  asked.log.info("x");
  assertMatch(asked.host.text("stderr"), /^\d\d:/);
  const chosen = openLog({ env: { LETTS_LOG_FORMAT: "text" }, terminal: true }, "json");
  chosen.log.info("x");
  assertMatch(chosen.host.text("stderr"), /^\{/);
});

Deno.test("Log writes errors and bigints, and survives fields that JSON cannot hold", () => {
  const { log, host } = openLog();
  const circle: Record<string, unknown> = {};
  circle.me = circle;
  log.error("bad", { error: new TypeError("odd"), big: 7n });
  log.error("worse", circle);
  const [bad, worse] = host.text("stderr").trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([bad.fields.error.class, bad.fields.error.message, bad.fields.big], ["TypeError", "odd", "7"]);
  assertEquals([worse.message, worse.level], ["worse", "error"]);
  assertMatch(worse.fields.unwritable, /circular/);
});

Deno.test("Log never writes the words that a dugdale takes for PHP running out of memory", () => {
  const { log, host } = openLog();
  log.info("php said: Allowed memory size of 128 bytes exhausted");
  assertEquals(host.text("stderr").includes("Allowed memory size of"), false);
  assertMatch(host.text("stderr"), /Allowed.memory size of 128/);
});

Deno.test("L22: Log also tells a dugdale that keeps logs, with level and fields", () => {
  const said: SaidLine[] = [];
  const { log, host } = openLog({}, undefined, said);
  log.info("loaded", { rows: 7, big: 2n ** 64n, error: new TypeError("odd") });
  log.error("no fields");
  assertEquals(host.text("stderr").trimEnd().split("\n").length, 2);
  const [loaded, plain] = said;
  assertEquals(plain, { event: "log", level: "error", message: "no fields" });
  const { fields, ...line } = loaded as Extract<SaidLine, { event: "log" }>;
  assertEquals(line, { event: "log", level: "info", message: "loaded" });
  assertEquals([fields?.rows, fields?.big], [7, "18446744073709551616"]);
  assertEquals((fields?.error as { class: string }).class, "TypeError");
});

Deno.test("Log tells a dugdale no line that would be too long for it", () => {
  const said: SaidLine[] = [];
  const { log } = openLog({}, undefined, said);
  log.warn("x".repeat(100_000), { big: "y".repeat(100_000) });
  assertEquals(JSON.stringify(said).length < 20_000, true);
  assertEquals((said[0] as { fields?: unknown }).fields, { truncated: true, original_chars: 100_010 });
});
