import { assertEquals } from "@std/assert";
import { MemoryWatch } from "../../../dugdale/run/out_of_memory.ts";

function verdict(
  text: string,
  exit = { code: 1, signal: null as string | null },
  step = 7,
): string | undefined {
  const watch = new MemoryWatch();
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += step) watch.write(bytes.subarray(at, at + step));
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
  assertEquals(
    verdict('Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n'),
    'jvm_heap: Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
  );
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
