import { assertEquals, assertStringIncludes } from "@std/assert";
import { openFleet } from "../fleet.ts";

const RUN = ["run", "-q", "--host", "s1", "--lane", "normal", "--mission", "echo"];

Deno.test("letts run sends an input exactly or refuses it", async () => {
  await using fleet = await openFleet();
  const write = (name: string, bytes: readonly number[]) =>
    Deno.writeFile(`${fleet.folder}/${name}`, new Uint8Array(bytes));
  const ascii = (text: string) => [...new TextEncoder().encode(text)];
  await write("mark", [0xef, 0xbb, 0xbf, ...ascii(`{"a":3}`)]);
  await write("latin1", [...ascii(`{"a":"caf`), 0xe9, ...ascii(`"}`)]);
  await write("surrogate", ascii(`{"a":"\\ud800 x"}`));
  await write("escaped", ascii(`{"a":"\\\\ud800","b":"\\ud83d\\ude00"}`));
  const marked = await fleet.cli([...RUN, "--input-file", "mark"]);
  assertEquals([marked.code, JSON.parse(marked.stdout)], [0, { a: 3 }]);
  const escaped = await fleet.cli([...RUN, "--input-file", "escaped"]);
  assertEquals([escaped.code, JSON.parse(escaped.stdout)], [0, { a: "\\ud800", b: "😀" }]);
  const latin1 = await fleet.cli([...RUN, "--input-file", "latin1"]);
  assertEquals(latin1, { code: 2, stdout: "", stderr: "letts: --input-file: latin1 is not UTF-8\n" });
  const surrogate = await fleet.cli([...RUN, "--input-file", "surrogate"]);
  assertEquals(surrogate, {
    code: 2,
    stdout: "",
    stderr: "letts: input has a lone surrogate, \\ud800, which is no character and would be replaced\n",
  });
});

Deno.test("letts refuses arguments that are not UTF-8, and takes U+FFFD itself", async () => {
  await using fleet = await openFleet();
  const exec = fleet.line(["exec", "--host", "s1", "--lane", "normal", "--", "printf", "%s"]);
  const refused = await fleet.shell(`${exec} "$(printf 'caf\\351')"`);
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertEquals(refused.stderr, `letts: argument 9, "caf\ufffd", is not UTF-8\n`);
  assertEquals(await fleet.shell(`${exec} "caf\ufffdé"`), { code: 0, stdout: "caf\ufffdé", stderr: "" });
});

Deno.test("letts refuses a timeout that would be none", async () => {
  await using fleet = await openFleet();
  for (const args of [RUN, ["dispatch", ...RUN.slice(2)]]) {
    const ended = await fleet.cli([...args, "--timeout", "1us"]);
    assertEquals([ended.code, ended.stdout], [2, ""]);
    assertStringIncludes(ended.stderr, `timeout "1us" must be at least 1ms`);
  }
});

Deno.test("letts run --file sends a file of /proc whole", async () => {
  await using fleet = await openFleet();
  const args = ["run", "-q", "--host", "s1", "--lane", "normal", "--mission", "copy"];
  const ended = await fleet.cli([...args, "--file", "text=/proc/version", "--output-file", "copy=version"]);
  assertEquals([ended.code, ended.stderr], [0, ""]);
  assertEquals(
    await Deno.readTextFile(`${fleet.folder}/version`),
    await Deno.readTextFile("/proc/version"),
  );
});
