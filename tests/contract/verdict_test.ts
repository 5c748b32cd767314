import { assert, assertEquals } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import type { Fields } from "./dugdale.ts";
import { sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale();
const SUCCESS = { event: "success", return: { n: 1 } };
const FAIL = { event: "fail", reason: "no_luck", message: "went wrong", details: { a: [1] } };
const MUTE_FAIL = { event: "fail" };
const BAD = "garbage";
const oom = (text: string) => `printf '%s\\n' '${text}' >&2\n`;
const PHP =
  "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 bytes) in /x.php";

/** A way to end and the fields that tell of it; what a row does not name must be absent. */
interface Row {
  readonly title: string;
  readonly commands: string;
  readonly outcome: string;
  readonly exit_code: number;
  readonly signal?: string;
  readonly fail_reason?: string;
  /** Texts that must be part of the message. */
  readonly says?: readonly string[];
  readonly fail_details?: unknown;
  readonly returns?: unknown;
}

const ROWS: readonly Row[] = [
  {
    title: "PHP's memory message",
    commands: `${oom(PHP)} exit 255`,
    outcome: "oom",
    exit_code: 255,
    fail_reason: "php_memory_limit",
    says: [PHP],
  },
  {
    title: "PHP's memory message with exit 0 and success",
    commands: `${oom(PHP)} ${saying(SUCCESS)}`,
    outcome: "oom",
    exit_code: 0,
    fail_reason: "php_memory_limit",
    says: [PHP],
  },
  {
    title: "memory message and SIGKILL",
    commands: `${oom(PHP)} kill -KILL $$`,
    outcome: "oom",
    exit_code: -1,
    signal: "KILL",
    fail_reason: "php_memory_limit",
    says: [PHP],
  },
  {
    title: "memory message and a violation",
    commands: `${oom(PHP)} ${saying(BAD)}`,
    outcome: "oom",
    exit_code: 0,
    fail_reason: "php_memory_limit",
    says: [PHP],
  },
  {
    title: "V8's heap",
    commands: `${
      oom("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory")
    } kill -ABRT $$`,
    outcome: "oom",
    exit_code: -1,
    signal: "ABRT",
    fail_reason: "v8_heap",
    says: ["JavaScript heap out of memory"],
  },
  {
    title: "Python",
    commands: `${oom("Traceback (most recent call last):\\nMemoryError".replace("\\n", "\n"))} exit 1`,
    outcome: "oom",
    exit_code: 1,
    fail_reason: "python_memory",
    says: ["MemoryError"],
  },
  {
    title: "Go",
    commands: `${oom("fatal error: runtime: out of memory")} exit 2`,
    outcome: "oom",
    exit_code: 2,
    fail_reason: "go_memory",
    says: ["out of memory"],
  },
  {
    title: "the JVM",
    commands: `${oom('Exception in thread "main" java.lang.OutOfMemoryError: Java heap space')} exit 1`,
    outcome: "oom",
    exit_code: 1,
    fail_reason: "jvm_heap",
    says: ["OutOfMemoryError"],
  },
  {
    title: "words of V8 without the end that goes with them",
    commands: oom("once I saw: JavaScript heap out of memory"),
    outcome: "success",
    exit_code: 0,
  },
  {
    title: "SIGKILL from elsewhere",
    commands: "kill -KILL $$",
    outcome: "killed",
    exit_code: -1,
    signal: "KILL",
    fail_reason: "unknown_sigkill",
    says: [],
  },
  {
    title: "SIGKILL from elsewhere after success",
    commands: `${saying(SUCCESS)} kill -KILL $$`,
    outcome: "killed",
    exit_code: -1,
    signal: "KILL",
    fail_reason: "unknown_sigkill",
    says: [],
  },
  ...[
    ["SEGV", "segfault"],
    ["BUS", "sigbus"],
    ["ILL", "sigill"],
    ["FPE", "sigfpe"],
    ["TRAP", "sigtrap"],
    ["ABRT", "sigabrt"],
    ["TERM", "signal_TERM"],
    ["INT", "signal_INT"],
    ["QUIT", "signal_QUIT"],
    ["HUP", "signal_HUP"],
    ["PIPE", "signal_PIPE"],
  ].map(([name = "", reason = ""]): Row => ({
    title: `${name} and no final event`,
    commands: `kill -${name} $$`,
    outcome: "failed",
    exit_code: -1,
    signal: name,
    fail_reason: reason,
    says: [name],
  })),
  {
    title: "a signal without a name of ours",
    commands: "kill -USR1 $$",
    outcome: "failed",
    exit_code: -1,
    signal: "10",
    fail_reason: "signal_10",
    says: ["10"],
  },
  {
    title: "a signal and a violation",
    commands: `${saying(BAD)} kill -TERM $$`,
    outcome: "failed",
    exit_code: -1,
    signal: "TERM",
    fail_reason: "signal_TERM",
    says: ["TERM"],
  },
  {
    title: "a violation, success and exit 0",
    commands: saying(SUCCESS, BAD),
    outcome: "failed",
    exit_code: 0,
    fail_reason: "event_protocol_error",
    says: ["2"],
    fail_details: { fd3_line: 2 },
  },
  {
    title: "a violation, success and a signal",
    commands: `${saying(BAD, SUCCESS)} kill -TERM $$`,
    outcome: "failed",
    exit_code: -1,
    signal: "TERM",
    fail_reason: "event_protocol_error",
    says: ["1"],
    fail_details: { fd3_line: 1 },
  },
  {
    title: "a violation, fail and exit 1",
    commands: `${saying(FAIL, BAD)} exit 1`,
    outcome: "failed",
    exit_code: 1,
    fail_reason: "event_protocol_error",
    says: ["2"],
    fail_details: { fd3_line: 2 },
  },
  {
    title: "a violation and exit 3",
    commands: `${saying(BAD)} exit 3`,
    outcome: "failed",
    exit_code: 3,
    fail_reason: "event_protocol_error",
    says: ["1"],
    fail_details: { fd3_line: 1 },
  },
  {
    title: "success and exit 0",
    commands: saying(SUCCESS),
    outcome: "success",
    exit_code: 0,
    returns: { n: 1 },
  },
  {
    title: "success without a value",
    commands: saying({ event: "success" }),
    outcome: "success",
    exit_code: 0,
  },
  {
    title: "success with an empty object",
    commands: saying({ event: "success", return: {} }),
    outcome: "success",
    exit_code: 0,
    returns: {},
  },
  {
    title: "success and exit 4",
    commands: `${saying(SUCCESS)} exit 4`,
    outcome: "failed",
    exit_code: 4,
    fail_reason: "success_then_failed_exit",
    says: ["4"],
  },
  {
    title: "success and a signal",
    commands: `${saying(SUCCESS)} kill -TERM $$`,
    outcome: "failed",
    exit_code: -1,
    signal: "TERM",
    fail_reason: "success_then_failed_exit",
    says: ["TERM"],
  },
  {
    title: "fail and exit 0",
    commands: saying(FAIL),
    outcome: "failed",
    exit_code: 0,
    fail_reason: "fail_then_zero_exit",
    says: ["went wrong"],
    fail_details: { a: [1] },
  },
  {
    title: "fail without words and exit 0",
    commands: saying(MUTE_FAIL),
    outcome: "failed",
    exit_code: 0,
    fail_reason: "fail_then_zero_exit",
    says: [],
  },
  {
    title: "fail and exit 5",
    commands: `${saying(FAIL)} exit 5`,
    outcome: "failed",
    exit_code: 5,
    fail_reason: "no_luck",
    says: ["went wrong"],
    fail_details: { a: [1] },
  },
  {
    title: "fail without words and exit 5",
    commands: `${saying(MUTE_FAIL)} exit 5`,
    outcome: "failed",
    exit_code: 5,
    fail_reason: "explicit",
  },
  {
    title: "fail and a signal",
    commands: `${saying(FAIL)} kill -TERM $$`,
    outcome: "failed",
    exit_code: -1,
    signal: "TERM",
    fail_reason: "no_luck",
    says: ["went wrong"],
    fail_details: { a: [1] },
  },
  {
    title: "the exit code that a fail event tells is ignored",
    commands: `${saying({ ...MUTE_FAIL, exit_code: 99 })} exit 6`,
    outcome: "failed",
    exit_code: 6,
    fail_reason: "explicit",
  },
  { title: "no event and exit 0", commands: "exit 0", outcome: "success", exit_code: 0 },
  {
    title: "no event and exit 7",
    commands: "exit 7",
    outcome: "failed",
    exit_code: 7,
    fail_reason: "no_event_nonzero_exit",
    says: ["7"],
  },
  {
    title: "the largest exit code",
    commands: "exit 255",
    outcome: "failed",
    exit_code: 255,
    fail_reason: "no_event_nonzero_exit",
    says: ["255"],
  },
];

for (const expected of ROWS) {
  Deno.test(`${expected.title}: the outcome is ${expected.outcome}`, async () => {
    const record = await dugdale.run("obeys.sh", { input: told(expected.commands) });
    check(record, expected);
    const events = await dugdale.events(String(record.mission_id));
    check(events.at(-1) ?? {}, expected);
  });
}

function check(told: Fields, expected: Row): void {
  const { outcome, exit_code, signal, fail_reason, fail_details, says, returns } = expected;
  assertEquals(
    [told.outcome, told.exit_code, told.signal, told.fail_reason, told.fail_details, told.return],
    [outcome, exit_code, signal, fail_reason, fail_details, returns],
    JSON.stringify(told),
  );
  if (says === undefined) assertEquals(told.fail_message, undefined);
  else {
    assert(typeof told.fail_message === "string" && told.fail_message !== "");
    for (const text of says) assert(told.fail_message.includes(text), `${text} in ${told.fail_message}`);
  }
}

Deno.test("null as return or details is kept as null", async () => {
  const success = await dugdale.run("obeys.sh", { input: told(saying('{"event":"success","return":null}')) });
  assertEquals([success.outcome, "return" in success ? success.return : null], ["success", null]);
  const line = '{"event":"fail","details":null}';
  const failed = await dugdale.run("obeys.sh", { input: told(`${saying(line)} exit 1`) });
  assertEquals([failed.outcome, "fail_details" in failed ? failed.fail_details : null], ["failed", null]);
});

Deno.test("the memory message is found across chunks and after the capture was cut", async () => {
  const commands = [
    "head -c 100000 /dev/zero | tr '\\0' 'e' >&2; echo >&2",
    "printf 'Fatal: Allowed memory' >&2; sleep 0.05; printf ' size of 12 bytes' >&2; sleep 0.05; printf ' exhausted\\n' >&2",
    "echo after >&2; exit 1",
  ];
  const record = await dugdale.run("obeys.sh", { input: told(commands.join("\n")) });
  assertEquals([record.outcome, record.fail_reason], ["oom", "php_memory_limit"]);
  assertEquals(record.fail_message, "Fatal: Allowed memory size of 12 bytes exhausted");
});

Deno.test("the memory message keeps at most 128 bytes before the words and 512 in all", async () => {
  const line = `${"b".repeat(1000)}Allowed memory size of${"a".repeat(1000)}`;
  const { fail_message } = await dugdale.run("obeys.sh", { input: told(`echo ${line} >&2`) });
  assertEquals(fail_message, line.slice(1000 - 128, 1000 - 128 + 512));
});

Deno.test("the memory message on stdout does not make the outcome oom", async () => {
  assertEquals((await dugdale.run("obeys.sh", { input: told(`echo '${PHP}'`) })).outcome, "success");
});
