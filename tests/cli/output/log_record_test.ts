import { assertEquals } from "@std/assert";
import { logRecordText } from "../../../cli/output/log_record.ts";

const plain = (_: string, text: string): string => text;
const record = {
  time: "2026-11-24T11:15:53.756Z",
  level: "info",
  message: "report written",
  mission: "01a20d44-f8bf-7000-91c1-872fd0c5e93f",
};

Deno.test("logRecordText() says time, level, message, state and fields of a record of the runtime", () => {
  assertEquals(logRecordText(JSON.stringify(record), plain), "11:15:53.756 info  report written");
  assertEquals(
    logRecordText(
      JSON.stringify({ ...record, level: "error", state: "resizing", fields: { lines: 5000, of: "a b" } }),
      plain,
    ),
    '11:15:53.756 error report written state="resizing" lines=5000 of="a b"',
  );
});

Deno.test("logRecordText() leaves lines alone that are no records", () => {
  for (
    const line of [
      "",
      "plain",
      '{"time":',
      '{"time":true,"level":"info","message":"x"}',
      '{"time":1e300,"level":"info","message":"x"}',
      '{"time":"now","level":"info","message":"x"}',
      '{"a":1}',
    ]
  ) {
    assertEquals(logRecordText(line, plain), undefined, line);
  }
});
