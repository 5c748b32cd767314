import { assertEquals } from "@std/assert";
import { KernelMemoryKills, MemoryWatch } from "../../../dugdale/run/out_of_memory.ts";

function verdict(
  text: string,
  exit = { code: 1, signal: null as string | null },
  step = 7,
  stream: "stdout" | "stderr" = "stderr",
): string | undefined {
  const watch = new MemoryWatch();
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += step) watch.write(stream, bytes.subarray(at, at + step));
  const found = watch.verdict(exit);
  return found && `${found.reason}: ${found.message}`;
}

Deno.test("MemoryWatch knows the last words of each runtime, in any cut", () => {
  const php = "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted";
  assertEquals(
    verdict(`warming up\n${php} (tried…)\nmore`, { code: 255, signal: null }),
    `php_memory_limit: ${php} (tried…)`,
  );
  assertEquals(verdict(php, { code: 0, signal: null }), `php_memory_limit: ${php}`, "whatever the exit");
  const v8 = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory";
  assertEquals(verdict(`\n${v8}\n`, { code: -1, signal: "TRAP" }), `v8_heap: ${v8}`);
  assertEquals(verdict("Traceback …\n  x = []\nMemoryError\n"), "python_memory: MemoryError");
  assertEquals(
    verdict("fatal error: runtime: out of memory\n", { code: 2, signal: null }),
    "go_memory: fatal error: runtime: out of memory",
  );
  const go = "runtime: out of memory: cannot allocate 4194304-byte block (335314944 in use)";
  assertEquals(
    verdict(`${go}\nfatal error: out of memory\n`, { code: 2, signal: null }),
    `go_memory: ${go}`,
  );
  assertEquals(
    verdict('Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n'),
    'jvm_heap: Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
  );
});

Deno.test("MemoryWatch knows on stdout what the JVM says there, and nothing else", () => {
  const ends = "Terminating due to java.lang.OutOfMemoryError: Java heap space";
  const aborts = "Aborting due to java.lang.OutOfMemoryError: Java heap space";
  assertEquals(verdict(`${ends}\n`, { code: 3, signal: null }, 7, "stdout"), `jvm_heap: ${ends}`);
  assertEquals(verdict(`${aborts}\n#\n`, { code: -1, signal: "ABRT" }, 7, "stdout"), `jvm_heap: ${aborts}`);
  assertEquals(verdict(`${ends}\n`, { code: 1, signal: null }, 7, "stdout"), undefined);
  for (const text of ["Allowed memory size of 1", "\nMemoryError\n", "java.lang.OutOfMemoryError: x"]) {
    assertEquals(verdict(text, { code: 1, signal: null }, 7, "stdout"), undefined);
  }
});

Deno.test("MemoryWatch keeps the two streams apart", () => {
  const watch = new MemoryWatch();
  const encoder = new TextEncoder();
  watch.write("stderr", encoder.encode("java.lang.OutOf"));
  watch.write("stdout", encoder.encode("progress\n"));
  watch.write("stderr", encoder.encode("MemoryError: x"));
  watch.write("stdout", encoder.encode("more\n"));
  watch.write("stderr", encoder.encode(" y\n"));
  assertEquals(watch.verdict({ code: 1, signal: null })?.message, "java.lang.OutOfMemoryError: x y");
});

Deno.test("MemoryWatch lets a program talk about memory and end well", () => {
  assertEquals(
    verdict("caught java.lang.OutOfMemoryError, going on\n", { code: 0, signal: null }),
    undefined,
  );
  assertEquals(verdict("No MemoryError here\n"), undefined);
});

Deno.test("MemoryWatch keeps at most 512 bytes, from at most 128 before the mark", () => {
  const text = verdict(`${"x".repeat(1000)}Allowed memory size of ${"9".repeat(1000)}\n`, undefined, 100) ??
    "";
  assertEquals(text.length, "php_memory_limit: ".length + 512);
  assertEquals(text.indexOf("Allowed"), "php_memory_limit: ".length + 128);
});

/** Which cgroup this is, and the file of it that counts. */
const LAYOUTS = {
  "version 2": ["0::/system.slice/a.service\n", "/system.slice/a.service/memory.events"],
  "version 1": ["11:cpu:/b\n4:memory:/b\n0::/\n", "/memory/b/memory.oom_control"],
  "version 1 with several in one": ["2:hugetlb,memory:/b\n0::/\n", "/memory/b/memory.oom_control"],
} as const;
for (const [layout, [groups, path]] of Object.entries(LAYOUTS)) {
  Deno.test(`KernelMemoryKills tells of each kill once, with cgroup ${layout}`, () => {
    const root = Deno.makeTempDirSync();
    try {
      const file = `${root}/sys/fs/cgroup${path}`;
      Deno.mkdirSync(`${root}/proc/self`, { recursive: true });
      Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      Deno.writeTextFileSync(`${root}/proc/self/cgroup`, groups);
      let nowMs = 0;
      const count = (times: number) =>
        Deno.writeTextFileSync(file, `max 9\noom 3\noom_kill ${times}\nlow 0\n`);
      count(5);
      const kills = new KernelMemoryKills({ steadyMs: () => nowMs }, root);
      assertEquals(kills.any(), false, "what was before does not count");
      count(6);
      assertEquals([kills.any(), kills.any()], [true, false]);
      count(8);
      assertEquals([kills.any(), kills.any(), kills.any()], [true, true, false], "two at once");
      count(10);
      assertEquals(kills.any(), true);
      nowMs += 2000;
      assertEquals(kills.any(), false, "the other kill was not of a mission");
    } finally {
      Deno.removeSync(root, { recursive: true });
    }
  });
}

Deno.test("KernelMemoryKills finds nothing where the cgroup has no counter", () => {
  assertEquals(new KernelMemoryKills({ steadyMs: () => 0 }, "/nowhere").any(), false);
});
