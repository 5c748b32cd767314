/** Memory that runs out for real, in each runtime that tells of it and in a cgroup. */
import { assertEquals, assertMatch } from "@std/assert";
import { saying, told } from "../contract/shell_missions.ts";
import { Place } from "../contract/daemon.ts";
import { apply, callsTo, sharedDugdale, STATE } from "../contract/harness.ts";
import { hasProgram } from "../examples/run_example.ts";

const dugdale = sharedDugdale();
const JAVA = "public class Hog { public static void main(String[] a) { long[][] all = new long[1 << 20][]; " +
  "for (int i = 0;; i++) all[i] = new long[1 << 16]; } }";
const GO = 'package main\nimport "os"\nfunc main() { os.Stdout.Write(make([]byte, 1<<36)[:1]) }\n';
const HEAP = "for (const all = [];;) all.push(new Array(1000).fill(all.length))";

function java(...flags: string[]): string {
  return `printf %s '${JAVA}' > Hog.java; exec java -Xmx16m ${flags.join(" ")} Hog.java`;
}

const ENDINGS: readonly {
  readonly program: string;
  readonly what: string;
  readonly commands: string;
  readonly reason: string;
  readonly message: RegExp;
  readonly code: number;
  readonly signal?: string;
}[] = [
  {
    program: "node",
    what: "the heap of Node",
    commands: `exec node --max-old-space-size=16 -e '${HEAP}'`,
    reason: "v8_heap",
    message: /^FATAL ERROR: .*JavaScript heap out of memory/,
    code: -1,
    signal: "ABRT",
  },
  {
    program: "python3",
    what: "the address space of Python",
    commands: `ulimit -v 400000; exec python3 -c 'x = bytearray(1 << 30)'`,
    reason: "python_memory",
    message: /^MemoryError$/,
    code: 1,
  },
  {
    program: "go",
    what: "the address space of Go",
    commands: `printf %s '${GO}' > hog.go; go build -o hog hog.go; ulimit -v 1000000; exec ./hog`,
    reason: "go_memory",
    message: /^(fatal error: )?runtime: out of memory/,
    code: 2,
  },
  {
    program: "java",
    what: "the heap of a JVM",
    commands: java(),
    reason: "jvm_heap",
    message: /^Exception in thread "main" java.lang.OutOfMemoryError: Java heap space$/,
    code: 1,
  },
  {
    program: "java",
    what: "the heap of a JVM that ends at once",
    commands: java("-XX:+ExitOnOutOfMemoryError"),
    reason: "jvm_heap",
    message: /^Terminating due to java.lang.OutOfMemoryError: Java heap space$/,
    code: 3,
  },
];

for (const { program, what, commands, reason, message, code, signal } of ENDINGS) {
  // A mission finds programs where missions look, which need not be where the tests do.
  const ignore = Deno.env.has("LETTS_CONTRACT_URL") || !await hasProgram(program);
  Deno.test(`${what} runs out: ${reason}`, { ignore }, async () => {
    // What it said before does not count any more.
    const said = saying({ event: "success", return: { fine: true } });
    const path = `export PATH='${Deno.env.get("PATH")}' HOME='${Deno.env.get("HOME")}'; ulimit -c 0; `;
    const record = await dugdale.run("obeys.sh", { input: told(`${path}${said}${commands}`) });
    assertEquals(
      [record.outcome, record.fail_reason, record.exit_code, record.signal, record.return],
      ["oom", reason, code, signal, undefined],
    );
    assertMatch(String(record.fail_message), message);
  });
}

/** A cgroup with little memory; undefined where none can be made. */
function smallGroup(): string | undefined {
  const group = `/sys/fs/cgroup/memory/letts-test-${Deno.pid}`;
  try {
    Deno.mkdirSync(group);
    Deno.writeTextFileSync(`${group}/memory.limit_in_bytes`, "400M");
    return group;
  } catch {
    return undefined;
  }
}

const group = smallGroup();
if (group !== undefined) Deno.removeSync(group);

Deno.test(
  "memory of the dugdale's cgroup runs out: cgroup_oom, also for two at once; a kill by hand is none",
  {
    ignore: group === undefined || Deno.env.has("LETTS_CONTRACT_URL"),
  },
  async () => {
    const group = smallGroup() ?? "";
    try {
      await using place = await Place.make();
      await using daemon = await place.start({ before: `echo $$ > ${group}/cgroup.procs` });
      const dugdale = callsTo(daemon);
      await apply(dugdale, STATE);
      const input = told("exec tail -n 1 /dev/zero");
      for (
        const { outcome, fail_reason, signal } of await Promise.all(
          [1, 2].map(() => dugdale.run("obeys.sh", { input })),
        )
      ) {
        assertEquals([outcome, fail_reason, signal], ["oom", "cgroup_oom", "KILL"]);
      }
      const { outcome, fail_reason } = await dugdale.run("obeys.sh", { input: told("kill -KILL $$") });
      assertEquals([outcome, fail_reason], ["killed", "unknown_sigkill"]);
    } finally {
      Deno.removeSync(group);
    }
  },
);
