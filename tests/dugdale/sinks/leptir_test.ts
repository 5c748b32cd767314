import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../../protocol/json_value.ts";
import { leptirRecord } from "../../../dugdale/sinks/leptir.ts";

const record = (more: JsonObject) =>
  leptirRecord({ mission_id: "i", mission_name: "m", status: "done", ...more }, (date) => date);

Deno.test("leptirRecord() gives the status and return code that leptir would have given", () => {
  const cases: readonly (readonly [JsonObject, number, number])[] = [
    [{ status: "queued" }, 1, 4],
    [{ status: "running", time_started: 1 }, 2, 4],
    [{ outcome: "success" }, 3, 1],
    [{ outcome: "success", warnings: [{ message: "odd" }] }, 3, 2],
    [{ outcome: "failed", fail_reason: "quota" }, 3, 3],
    [{ outcome: "failed", fail_reason: "no_event_nonzero_exit" }, 3, 4],
    [{ outcome: "timeout" }, 3, 5],
    [{ outcome: "killed" }, 3, 3],
    [{ outcome: "lost" }, 3, 3],
  ];
  for (const [more, status, retC] of cases) {
    const { status: own, retC: ownCode } = record(more);
    assertEquals([own, ownCode], [status, retC], JSON.stringify(more));
  }
});

Deno.test("leptirRecord() of a mission that waits has every member", () => {
  assertEquals(record({ status: "queued" }), {
    id: "i",
    status: 1,
    retC: 4,
    exTime: 0,
    respM: "",
    type: "m",
    exStart: null,
  });
});

Deno.test("leptirRecord() tells why a mission failed behind its notes, and lets meta overwrite members", () => {
  const failed = record({
    outcome: "failed",
    notes: ["a", "b"],
    fail_message: "broken",
    meta: { status: 9, x: 1 },
  });
  assertEquals([failed.respM, failed.status, failed.x], ["a b Task exited with exception: broken", 9, 1]);
  assertEquals(record({ outcome: "timeout", notes: ["a"] }).respM, "Execution time exceeded");
});
