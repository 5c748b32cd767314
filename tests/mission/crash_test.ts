/** How crashes of a mission are told, from the process to the record of a real dugdale. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Fields } from "../contract/dugdale.ts";
import { hasProgram } from "../examples/run_example.ts";
import { SMALLEST } from "./run_mission.ts";
import { type Ended, openUnderDugdale } from "./under_dugdale.ts";

/** Runs one mission with its own dugdale. */
async function crash(name: string, source: string, command?: readonly string[]): Promise<Ended> {
  await using dugdale = await openUnderDugdale(command === undefined ? {} : { command });
  await dugdale.write(name, source);
  return await dugdale.run(name);
}

function told({ record }: Ended): readonly unknown[] {
  return [record.outcome, record.fail_reason, record.fail_message, record.exit_code, record.signal ?? null];
}

Deno.test("an uncaught error is reported with its class, its line and its stack, which stderr has too", async () => {
  const ended = await crash("m.ts", `await letts.mission(() => {\n  throw new RangeError("too far");\n});`);
  assertEquals(told(ended), ["failed", "uncaught_exception", "too far", 1, null]);
  const details = ended.record.fail_details as Fields;
  assertEquals([details.class, details.line], ["RangeError", 3]);
  assert(String(details.file).endsWith("/m.ts"), String(details.file));
  assertStringIncludes(String(details.trace), "RangeError: too far\n    at ");
  assertStringIncludes(ended.stderr, "RangeError: too far\n    at ");
});

Deno.test("an unhandled rejection fails the mission", async () => {
  const ended = await crash(
    "m.ts",
    `await letts.mission(async () => {
      queueMicrotask(() => void Promise.reject(new TypeError("stray")));
      await new Promise(() => setTimeout(() => {}, 60_000));
    });`,
  );
  assertEquals(told(ended), ["failed", "uncaught_exception", "stray", 1, null]);
  assertEquals((ended.record.fail_details as Fields).class, "TypeError");
});

Deno.test("an error in script style, after which nothing runs, is reported as well", async () => {
  const ended = await crash("m.ts", `letts.Mission.start(); throw new Error("broke");`);
  assertEquals(told(ended), ["failed", "uncaught_exception", "broke", 1, null]);
});

Deno.test("a mission that exhausts Deno's heap is oom, not killed by a signal", async () => {
  const command = [
    Deno.execPath(),
    "run",
    "--v8-flags=--max-old-space-size=32",
    ...SMALLEST,
    "{mission_path}",
  ];
  const ended = await crash(
    "m.ts",
    `await letts.mission((m) => {
      m.declareOutput("never");
      for (const all = [];;) all.push(new Array(1000).fill(all.length));
    });`,
    command,
  );
  const [outcome, reason, message, code, signal] = told(ended);
  assertEquals([outcome, reason, code, signal], ["oom", "v8_heap", -1, "TRAP"]);
  assertStringIncludes(String(message), "out of memory");
  assertEquals(ended.record.outputs, {});
});

const python = { ignore: !await hasProgram("python3") };

Deno.test("Python's MemoryError at a limit of the system is oom", python, async () => {
  // Enough for the interpreter, not for what it is asked for.
  const command = ["/bin/sh", "-c", `ulimit -v 400000; exec python3 "$1"`, "sh", "{mission_path}"];
  const ended = await crash("m.py", "x = bytearray(1024 * 1024 * 1024)\n", command);
  assertEquals(told(ended), ["oom", "python_memory", "MemoryError", 1, null]);
});

Deno.test(
  "a MemoryError that was raised by hand is oom with its text, one that was handled is none",
  python,
  async () => {
    const command = ["/usr/bin/env", "python3", "{mission_path}"];
    const raised = await crash("m.py", `raise MemoryError("no room for the index")\n`, command);
    assertEquals(told(raised), ["oom", "python_memory", "MemoryError: no room for the index", 1, null]);
    const handled = await crash(
      "m.py",
      "import traceback\ntry:\n    raise MemoryError\nexcept MemoryError:\n    traceback.print_exc()\n",
      command,
    );
    assertEquals(told(handled).slice(0, 2), ["success", undefined]);
    assertStringIncludes(handled.stderr, "MemoryError");
  },
);

Deno.test({
  name: "PHP's memory limit is oom",
  ignore: !await hasProgram("php"),
  fn: async () => {
    const command = [
      "/usr/bin/env",
      "php",
      "-d",
      "memory_limit=8M",
      "-d",
      "display_errors=stderr",
      "{mission_path}",
    ];
    const ended = await crash("m.php", `<?php $x = str_repeat("x", 64 << 20);`, command);
    assertEquals([ended.record.outcome, ended.record.fail_reason], ["oom", "php_memory_limit"]);
    assertStringIncludes(String(ended.record.fail_message), "Allowed memory size of 8388608 bytes");
  },
});

for (
  const [what, call, flag] of [
    ["read", `Deno.readTextFile("/etc/hostname")`, "--allow-read=/etc/hostname"],
    ["write", `Deno.writeTextFile("/srv/x", "")`, "--allow-write=/srv/x"],
    ["net", `fetch("http://127.0.0.1:7180/")`, "--allow-net=127.0.0.1:7180"],
    ["env", `Deno.env.get("SECRET")`, "--allow-env=SECRET"],
    ["run", `new Deno.Command("/bin/true").output()`, "--allow-run=/bin/true"],
  ] as const
) {
  Deno.test(`a missing permission is told with the flag that grants it: ${what}`, async () => {
    const ended = await crash("m.ts", `await letts.mission(async () => { await ${call}; });`);
    const [outcome, reason, message, code] = told(ended);
    assertEquals([outcome, reason, code], ["failed", "uncaught_exception", 1]);
    assertStringIncludes(String(message), `missing permission ${flag}: `);
  });
}

Deno.test("a mission whose imports fail has no events, and the reason is on stderr", async () => {
  const ended = await crash("m.ts", `import "./nowhere.ts";\nawait letts.mission(() => ({}));`);
  assertEquals(told(ended).slice(0, 2), ["failed", "no_event_nonzero_exit"]);
  assertEquals(ended.record.exit_code, 1);
  assertStringIncludes(ended.stderr, "nowhere.ts");
});

Deno.test("a mission without the permission for descriptor 3 has no events, and stderr names the flag", async () => {
  const command = [
    Deno.execPath(),
    "run",
    "--no-prompt",
    "--allow-env=LETTS_*",
    "--allow-read=.",
    "{mission_path}",
  ];
  const ended = await crash("m.ts", `await letts.mission(() => ({}));`, command);
  assertEquals(told(ended).slice(0, 2), ["failed", "no_event_nonzero_exit"]);
  assertStringIncludes(ended.stderr, "letts mission misconfigured: ");
  assertStringIncludes(ended.stderr, "--allow-write=/dev/fd/3");
});

Deno.test("a script that comes to its end without an event is a success, one that exits by itself a failure", async () => {
  const silent = await crash("m.ts", `letts.Mission.start(); setTimeout(() => {}, 10);`);
  assertEquals(told(silent).slice(0, 2), ["success", undefined]);
  assertEquals(silent.record.return, undefined);
  const left = await crash("m.ts", `letts.Mission.start(); Deno.exit(0);`);
  assertEquals(told(left), [
    "failed",
    "no_result",
    "the process ended with exit code 0 before the mission had reported its end",
    1,
    null,
  ]);
  const seven = await crash("m.ts", `letts.Mission.start(); Deno.exit(7);`);
  assertEquals(told(seven).slice(0, 2), ["failed", "no_event_nonzero_exit"]);
  assertEquals(seven.record.exit_code, 7);
});

Deno.test("an exit with 0 in the middle of a mission is a failure, and its half-written output is not kept", async () => {
  const ended = await crash(
    "m.ts",
    `await letts.mission(async (m) => {
      m.state("writing");
      Deno.writeTextFileSync(m.output("report"), "half");
      await new Promise((resolve) => setTimeout(resolve, 10));
      Deno.exit(0);
    });`,
  );
  assertEquals(told(ended).slice(0, 2), ["failed", "no_result"]);
  assertEquals([ended.record.fail_details, ended.record.outputs], [{ state: "writing" }, {}]);
});

Deno.test("a native abort is reported by its signal", async () => {
  const ended = await crash("m.sh", "#!/bin/sh\nkill -ABRT $$\n", ["{mission_path}"]);
  assertEquals(told(ended).slice(0, 2), ["failed", "sigabrt"]);
});
