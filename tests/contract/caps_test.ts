import { assert, assertEquals } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import { sharedDugdale } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const letters = (count: number) => "x".repeat(count);

Deno.test("a return value of exactly the limit is kept, one byte more makes the mission fail", async () => {
  const value = { a: letters(CAPS.returnBytes - '{"a":""}'.length) };
  const kept = await dugdale.run("obeys.sh", { input: told(saying({ event: "success", return: value })) });
  assertEquals([kept.outcome, kept.return], ["success", value]);
  const more = { a: `${value.a}x` };
  const record = await dugdale.run("obeys.sh", { input: told(saying({ event: "success", return: more })) });
  assertEquals(
    [record.outcome, record.fail_reason, record.exit_code, record.fail_details],
    ["failed", "return_too_large", 0, {
      return_bytes: CAPS.returnBytes + 1,
      max_return_value_size: CAPS.returnBytes,
    }],
  );
  assert(!("return" in record));
  const message = String(record.fail_message);
  assert(
    message.includes(String(CAPS.returnBytes + 1)) && message.includes(String(CAPS.returnBytes)),
    message,
  );
});

Deno.test("a return value that is too large discards the outputs", async () => {
  const commands = `echo data > out/data; ${
    saying({ event: "output_file", key: "data" }, {
      event: "success",
      return: { a: letters(CAPS.returnBytes) },
    })
  }`;
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  assertEquals([record.fail_reason, record.outputs], ["return_too_large", {}]);
});

Deno.test("a long message is cut between characters and marked", async () => {
  const suffix = "…[truncated]", suffixBytes = new TextEncoder().encode(suffix).length;
  const message = "ä".repeat(CAPS.failMessageBytes);
  const record = await dugdale.run("obeys.sh", {
    input: told(`${saying({ event: "fail", message })} exit 1`),
  });
  const room = Math.floor((CAPS.failMessageBytes - suffixBytes) / 2);
  assertEquals(record.fail_message, "ä".repeat(room) + suffix);
  const whole = letters(CAPS.failMessageBytes);
  const kept = await dugdale.run("obeys.sh", {
    input: told(`${saying({ event: "fail", message: whole })} exit 1`),
  });
  assertEquals(kept.fail_message, whole);
});

Deno.test("details that are too large are replaced by their size", async () => {
  const details = { a: letters(CAPS.failDetailsBytes - '{"a":""}'.length) };
  const kept = await dugdale.run("obeys.sh", { input: told(`${saying({ event: "fail", details })} exit 1`) });
  assertEquals(kept.fail_details, details);
  const more = { a: `${details.a}x` };
  const record = await dugdale.run("obeys.sh", {
    input: told(`${saying({ event: "fail", details: more })} exit 1`),
  });
  assertEquals(record.fail_details, {
    truncated: true,
    reason: "fail_details_too_large",
    original_bytes: CAPS.failDetailsBytes + 1,
  });
  assertEquals([record.outcome, record.fail_reason], ["failed", "explicit"]);
});
