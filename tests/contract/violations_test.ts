import { assert, assertEquals } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import type { Fields } from "./dugdale.ts";
import { sharedDugdale } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const SUCCESS = { event: "success" };
const PROTOCOL = "event_protocol_error";
const most = CAPS.eventLineBytes;
const padded = (line: string, bytes: number) => line + " ".repeat(bytes - line.length);

/** Lines on descriptor 3, then what `fail_reason` and `fail_details` must be. */
const VIOLATIONS:
  readonly (readonly [what: string, lines: readonly (string | object)[], reason: string, details: Fields])[] =
    [
      ["no JSON", ["garbage"], PROTOCOL, { fd3_line: 1 }],
      ["half a JSON object", ['{"event":"success"'], PROTOCOL, { fd3_line: 1 }],
      ["two objects on a line", ['{"event":"progress"}{"event":"progress"}'], PROTOCOL, { fd3_line: 1 }],
      ["an array", ["[]"], PROTOCOL, { fd3_line: 1 }],
      ["a text", ['"success"'], PROTOCOL, { fd3_line: 1 }],
      ["a number", ["1"], PROTOCOL, { fd3_line: 1 }],
      ["null", ["null"], PROTOCOL, { fd3_line: 1 }],
      ["only blanks", ["   "], PROTOCOL, { fd3_line: 1 }],
      ["no event", [{ message: "x" }], PROTOCOL, { fd3_line: 1 }],
      ["an empty event", [{ event: "" }], PROTOCOL, { fd3_line: 1 }],
      ["a null event", [{ event: null }], PROTOCOL, { fd3_line: 1 }],
      ["an event that is a number", [{ event: 1 }], PROTOCOL, { fd3_line: 1 }],
      ["an unknown event", [{ event: "sucess" }], PROTOCOL, { fd3_line: 1 }],
      ["the name of a public event", [{ event: "done" }], PROTOCOL, { fd3_line: 1 }],
      ["a progress value that is a text", [{ event: "progress", value: "1" }], PROTOCOL, {
        fd3_line: 1,
        event: "progress",
      }],
      ["a progress value that is a boolean", [{ event: "progress", value: true }], PROTOCOL, {
        fd3_line: 1,
        event: "progress",
      }],
      ["a progress value beyond a double", ['{"event":"progress","value":1e400}'], PROTOCOL, {
        fd3_line: 1,
        event: "progress",
      }],
      ["a progress message that is a number", [{ event: "progress", message: 1 }], PROTOCOL, {
        fd3_line: 1,
        event: "progress",
      }],
      ["an exit code that is a text", [{ event: "fail", exit_code: "1" }], PROTOCOL, {
        fd3_line: 1,
        event: "fail",
      }],
      ["an exit code that is a fraction", [{ event: "fail", exit_code: 1.5 }], PROTOCOL, {
        fd3_line: 1,
        event: "fail",
      }],
      ["an exit code beyond 64 bits", ['{"event":"fail","exit_code":9223372036854775808}'], PROTOCOL, {
        fd3_line: 1,
        event: "fail",
      }],
      ["an exit code written 2.0", ['{"event":"fail","exit_code":2.0}'], PROTOCOL, {
        fd3_line: 1,
        event: "fail",
      }],
      ["a fail message that is a number", [{ event: "fail", message: 1 }], PROTOCOL, {
        fd3_line: 1,
        event: "fail",
      }],
      ["a fail reason that is an object", [{ event: "fail", reason: {} }], PROTOCOL, {
        fd3_line: 1,
        event: "fail",
      }],
      ...[[], "x", 1, true].flatMap((value) =>
        [
          [`a return that is ${JSON.stringify(value)}`, [{ event: "success", return: value }], PROTOCOL, {
            fd3_line: 1,
            event: "success",
          }],
          [`details that are ${JSON.stringify(value)}`, [{ event: "fail", details: value }], PROTOCOL, {
            fd3_line: 1,
            event: "fail",
          }],
        ] as const
      ),
      ["an output without a key", [{ event: "output_file" }], PROTOCOL, {
        fd3_line: 1,
        event: "output_file",
      }],
      ["an output with an empty key", [{ event: "output_file", key: "" }], PROTOCOL, {
        fd3_line: 1,
        event: "output_file",
      }],
      ["an output key that is a number", [{ event: "output_file", key: 1 }], PROTOCOL, {
        fd3_line: 1,
        event: "output_file",
      }],
      ["an output key with a path", [{ event: "output_file", key: "../x" }], PROTOCOL, {
        fd3_line: 1,
        event: "output_file",
        key: "../x",
      }],
      ["an output key of the dugdale's own", [{ event: "output_file", key: "__x" }], PROTOCOL, {
        fd3_line: 1,
        event: "output_file",
        key: "__x",
      }],
      ["an output key that is too long", [{ event: "output_file", key: "k".repeat(200) }], PROTOCOL, {
        fd3_line: 1,
        event: "output_file",
        key: "k".repeat(128),
      }],
      [
        "an output key that is cut between characters",
        [{ event: "output_file", key: `${"k".repeat(127)}ää` }],
        PROTOCOL,
        { fd3_line: 1, event: "output_file", key: "k".repeat(127) },
      ],
      [
        "one output too many",
        ["a", "b", "c", "d", "a", "e"].map((key) => ({ event: "output_file", key })),
        "too_many_output_files",
        { fd3_line: 6, event: "output_file", key: "e", max_output_files_per_mission: CAPS.outputFiles },
      ],
      ["success twice", [SUCCESS, SUCCESS], "duplicate_final_event", {
        fd3_line: 2,
        event: "success",
        first_event: "success",
        first_fd3_line: 1,
      }],
      [
        "fail after success, with a pause of empty lines",
        ["", SUCCESS, "", { event: "progress" }, { event: "fail", reason: "late" }],
        "duplicate_final_event",
        { fd3_line: 5, event: "fail", first_event: "success", first_fd3_line: 2 },
      ],
      [
        "a line beyond the limit",
        [padded(JSON.stringify({ event: "progress" }), most + 1)],
        "event_line_too_large",
        { fd3_line: 1, line_bytes: most + 1, max_event_line_size: most, event: "progress" },
      ],
      [
        "a huge line that is no event",
        ["x".repeat(most * 3)],
        "event_line_too_large",
        { fd3_line: 1, line_bytes: most * 3, max_event_line_size: most },
      ],
      [
        "a huge line with an unknown event",
        [padded(JSON.stringify({ event: "secret" }), most + 1)],
        "event_line_too_large",
        { fd3_line: 1, line_bytes: most + 1, max_event_line_size: most },
      ],
      ["the earliest of several", ["", "x", SUCCESS, SUCCESS, "y"], PROTOCOL, { fd3_line: 2 }],
      ["many of them", Array(100).fill("x"), PROTOCOL, { fd3_line: 1 }],
    ];

for (const [what, lines, reason, details] of VIOLATIONS) {
  Deno.test(`descriptor 3: ${what} is ${reason}`, async () => {
    // Long texts do not fit into the input, so the mission makes them of their parts.
    const record = await dugdale.run("obeys.sh", { input: told(lines.map(shellLine).join("")) });
    assertEquals(
      [record.outcome, record.exit_code, record.fail_reason, record.fail_details],
      ["failed", 0, reason, details],
      JSON.stringify(record),
    );
    const message = String(record.fail_message);
    assert(message.includes(String(details.fd3_line)), message);
    if (reason === "event_line_too_large") {
      assert(message.includes(String(details.line_bytes)) && message.includes(String(most)), message);
    }
    assert(message.length < 1000);
    assert(!("return" in record));
  });
}

const GOOD: readonly (readonly [what: string, lines: readonly (string | object)[], returns: unknown])[] = [
  ["carriage returns before the newline", ['{"event":"success","return":{"a":1}}\r'], { a: 1 }],
  ["empty lines", ["", "\r", SUCCESS, ""], undefined],
  ["unknown fields", [{ ...SUCCESS, colour: "red", nested: { event: "fail" } }], undefined],
  ["blanks around the object", [` \t${JSON.stringify({ ...SUCCESS, return: { a: 1 } })}  `], { a: 1 }],
  ["a key given twice: the last one counts", ['{"event":"fail","event":"success"}'], undefined],
  ["a line of exactly the limit", [padded(JSON.stringify(SUCCESS), most)], undefined],
  ["progress of any size and null", [{ event: "progress", value: -5e300 }, {
    event: "progress",
    value: null,
    message: null,
  }], undefined],
  ["an output declared after the end, and again", [SUCCESS, { event: "progress" }], undefined],
];
for (const [what, lines, returns] of GOOD) {
  Deno.test(`descriptor 3: ${what} do no harm`, async () => {
    const record = await dugdale.run("obeys.sh", { input: told(lines.map(shellLine).join("")) });
    assertEquals([record.outcome, record.return], ["success", returns], JSON.stringify(record));
  });
}

Deno.test("descriptor 3: a last line without a newline counts", async () => {
  const commands = `printf '%s' '{"event":"success","return":{"last":true}}' >&3`;
  assertEquals((await dugdale.run("obeys.sh", { input: told(commands) })).return, { last: true });
  const half = `printf '%s' '{"event":"succ' >&3`;
  assertEquals((await dugdale.run("obeys.sh", { input: told(half) })).fail_reason, PROTOCOL);
});

Deno.test("descriptor 3: a line may come in pieces, with a character cut in two", async () => {
  const commands = String
    .raw`printf '{"event":"success","return":{"a":"\303' >&3; sleep 0.05; printf '\244"}}\n' >&3`;
  assertEquals((await dugdale.run("obeys.sh", { input: told(commands) })).return, { a: "ä" });
});

Deno.test("descriptor 3: bytes that are not a line of JSON in UTF-8 are a protocol error", async () => {
  assertEquals((await dugdale.run("garbage_on_three.sh")).fail_reason, PROTOCOL);
});

Deno.test("descriptor 3: it can be opened by its path", async () => {
  const commands = `echo '{"event":"success","return":{"by":"path"}}' > /dev/fd/3`;
  assertEquals((await dugdale.run("obeys.sh", { input: told(commands) })).return, { by: "path" });
});

Deno.test("descriptor 3: a mission that closes it at once ends by its exit code alone", async () => {
  assertEquals((await dugdale.run("obeys.sh", { input: told("exec 3>&-; exit 0") })).outcome, "success");
  const failed = await dugdale.run("obeys.sh", { input: told("exec 3>&-; exit 9") });
  assertEquals([failed.fail_reason, failed.exit_code], ["no_event_nonzero_exit", 9]);
});

Deno.test("descriptor 3: a violation does not stop the process", async () => {
  const id = await dugdale.queue("obeys.sh", { input: told(`${saying("x")} sleep 0.05; echo still here`) });
  assertEquals((await dugdale.done(id)).fail_reason, PROTOCOL);
  assertEquals(await dugdale.output(id, "stdout"), "still here\n");
});

Deno.test("descriptor 3: a thousand lines at once are all read", async () => {
  const commands = `i=0; while [ $i -lt 1000 ]; do echo; i=$((i+1)); done >&3; ${saying("x")}`;
  assertEquals((await dugdale.run("obeys.sh", { input: told(commands) })).fail_details, { fd3_line: 1001 });
});

/** A line as shell commands; one that ends in a long run of the same letter is made by the shell. */
function shellLine(line: string | object): string {
  const text = typeof line === "string" ? line : JSON.stringify(line);
  const run = /([ x])\1{999,}$/.exec(text);
  if (run === null) return saying(text);
  const start = new TextEncoder().encode(text.slice(0, run.index)).toBase64();
  return `{ echo '${start}' | base64 -d; head -c ${run[0].length} /dev/zero | tr '\\0' '${
    run[1]
  }'; echo; } >&3\n`;
}
