import { assertEquals } from "@std/assert";
import { Fd3Reader, type Progress, type Said } from "../../../dugdale/run/fd3.ts";

function read(
  text: string,
  limits: Partial<{ line: number; files: number }> = {},
): Fd3Reader & { progress: Progress[]; said: Said[] } {
  const progress: Progress[] = [], said: Said[] = [];
  const reader = new Fd3Reader(
    { maxEventLineBytes: limits.line ?? 1024, maxOutputFilesPerMission: limits.files ?? 32, maxJsonDepth: 3 },
    (event) => progress.push(event),
    (words) => said.push(words),
  );
  // In pieces of three bytes: lines and characters must survive any cut.
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 3) reader.write(bytes.subarray(at, at + 3));
  reader.end();
  return Object.assign(reader, { progress, said });
}

Deno.test("Fd3Reader takes each event, in any cut, with or without a last newline", () => {
  const reader = read(
    '{"event":"progress","value":0.50,"message":"hälf"}\r\n\n{"event":"output_file","key":"report"}\n' +
      '{"event":"success","return":{ "n": 9007199254740993 }}',
  );
  assertEquals(reader.violations, []);
  assertEquals(reader.progress, [{ value: "0.50", message: "hälf" }]);
  assertEquals([...reader.outputs], ["report"]);
  assertEquals(reader.final, { event: "success", returnValue: '{"n":9007199254740993}', line: 4 });
});

Deno.test("Fd3Reader takes what is said on the way, with the digits and without the space of its JSON", () => {
  const reader = read(
    '{"event":"note","text":"a"}\n{"event":"state","name":"b"}\n' +
      '{"event":"warn","message":"c","details":null}\n{"event":"warn","message":"d","details":{ "n": 1.0 }}\n' +
      '{"event":"log","level":"warn","message":"e","fields":{ "a": [ 1 ] }}\n{"event":"log","level":"debug"}\n' +
      '{"event":"meta","fields":{"n": 9007199254740993, "o": { "p" : [1, 2] }, "n": null}}',
  );
  assertEquals(reader.violations, []);
  assertEquals(reader.said, [
    { event: "note", text: "a" },
    { event: "state", text: "b" },
    { event: "warn", text: "c", details: null },
    { event: "warn", text: "d", details: '{"n":1.0}' },
    { event: "log", level: "warn", message: "e", fields: '{"a":[1]}' },
    { event: "log", level: "debug", message: "", fields: null },
    { event: "meta", fields: new Map([["n", "null"], ["o", '{"p":[1,2]}']]) },
  ]);
});

Deno.test("Fd3Reader keeps an explicit null apart from an absent return", () => {
  const returned = (line: string): unknown => {
    const { final } = read(line);
    return final?.event === "success" ? final.returnValue : final;
  };
  assertEquals(returned('{"event":"success"}'), null);
  assertEquals(returned('{"event":"success","return":null}'), "null");
});

const VIOLATIONS: readonly (readonly [line: string, reason: string, details: Record<string, unknown>])[] = [
  ["{nope", "event_protocol_error", { fd3_line: 1 }],
  ['{"event":"progress"} x', "event_protocol_error", { fd3_line: 1 }],
  ["[1]", "event_protocol_error", { fd3_line: 1 }],
  ["null", "event_protocol_error", { fd3_line: 1 }],
  ['{"event":5}', "event_protocol_error", { fd3_line: 1 }],
  ['{"event":""}', "event_protocol_error", { fd3_line: 1 }],
  ['{"event":"finished"}', "event_protocol_error", { fd3_line: 1 }],
  ['{"event":"progress","value":"0.5"}', "event_protocol_error", { fd3_line: 1, event: "progress" }],
  ['{"event":"progress","value":-1e400}', "event_protocol_error", { fd3_line: 1, event: "progress" }],
  ['{"event":"progress","message":1}', "event_protocol_error", { fd3_line: 1, event: "progress" }],
  ['{"event":"note"}', "event_protocol_error", { fd3_line: 1, event: "note" }],
  ['{"event":"note","text":""}', "event_protocol_error", { fd3_line: 1, event: "note" }],
  ['{"event":"note","text":1}', "event_protocol_error", { fd3_line: 1, event: "note" }],
  ['{"event":"state","name":null}', "event_protocol_error", { fd3_line: 1, event: "state" }],
  ['{"event":"warn"}', "event_protocol_error", { fd3_line: 1, event: "warn" }],
  ['{"event":"warn","message":"a","details":[1]}', "event_protocol_error", { fd3_line: 1, event: "warn" }],
  ['{"event":"meta"}', "event_protocol_error", { fd3_line: 1, event: "meta" }],
  ['{"event":"meta","fields":null}', "event_protocol_error", { fd3_line: 1, event: "meta" }],
  ['{"event":"meta","fields":{"a":[[[1]]]}}', "event_protocol_error", { fd3_line: 1, event: "meta" }],
  ['{"event":"log","message":"a"}', "event_protocol_error", { fd3_line: 1, event: "log" }],
  ['{"event":"log","level":"loud","message":"a"}', "event_protocol_error", { fd3_line: 1, event: "log" }],
  ['{"event":"log","level":"info","message":1}', "event_protocol_error", { fd3_line: 1, event: "log" }],
  ['{"event":"log","level":"info","fields":"a"}', "event_protocol_error", { fd3_line: 1, event: "log" }],
  ['{"event":"success","return":[1]}', "event_protocol_error", { fd3_line: 1, event: "success" }],
  ['{"event":"success","return":{"a":[[[1]]]}}', "event_protocol_error", { fd3_line: 1, event: "success" }],
  ['{"event":"fail","details":"x"}', "event_protocol_error", { fd3_line: 1, event: "fail" }],
  ['{"event":"fail","exit_code":2.0}', "event_protocol_error", { fd3_line: 1, event: "fail" }],
  ['{"event":"fail","exit_code":"2"}', "event_protocol_error", { fd3_line: 1, event: "fail" }],
  ['{"event":"output_file"}', "event_protocol_error", { fd3_line: 1, event: "output_file" }],
  ['{"event":"output_file","key":"../x"}', "event_protocol_error", {
    fd3_line: 1,
    event: "output_file",
    key: "../x",
  }],
  ['{"event":"output_file","key":"__x"}', "event_protocol_error", {
    fd3_line: 1,
    event: "output_file",
    key: "__x",
  }],
];

for (const [line, reason, details] of VIOLATIONS) {
  Deno.test(`Fd3Reader refuses ${line}`, () => {
    const { violations, final } = read(`${line}\n`);
    assertEquals(violations.map((violation) => [violation.reason, violation.details]), [[reason, details]]);
    assertEquals(final, undefined, "a malformed final event must not count");
  });
}

Deno.test("Fd3Reader reports the size and the event of a line that is too long, and reads on", () => {
  const long = `{"event":"fail","message":"${"x".repeat(100)}"}`;
  const { violations, final } = read(`${long}\n{"event":"success"}\n`, { line: 64 });
  assertEquals(violations[0]?.details, {
    fd3_line: 1,
    line_bytes: long.length,
    max_event_line_size: 64,
    event: "fail",
  });
  assertEquals(final?.event, "success");
});

Deno.test("Fd3Reader counts only new output files, and reports a second final event", () => {
  const file = (key: string): string => `{"event":"output_file","key":"${key}"}\n`;
  const reader = read(
    file("a") + file("b") + file("a") + file("c") + '{"event":"success"}\n{"event":"fail"}\n',
    { files: 2 },
  );
  assertEquals([...reader.outputs], ["a", "b"]);
  assertEquals(reader.violations.map(({ reason }) => reason), [
    "too_many_output_files",
    "duplicate_final_event",
  ]);
  assertEquals(reader.violations[1]?.details, {
    fd3_line: 6,
    event: "fail",
    first_event: "success",
    first_fd3_line: 5,
  });
  assertEquals(reader.final?.event, "success");
});

Deno.test("Fd3Reader keeps the first 32 violations", () => {
  assertEquals(read("x\n".repeat(100)).violations.length, 32);
});
