import { assertEquals, assertThrows } from "@std/assert";
import { CommandError, UsageError } from "../../../../cli/errors.ts";
import { commandFor } from "../../../../cli/commands/run/interpreter.ts";
import { DENO_FLAGS } from "../../../../dugdale/interpreters.ts";

/** A folder with programs, and with files that are none. */
function bench(): Disposable & { readonly folder: string } {
  const folder = Deno.makeTempDirSync({ prefix: "letts-cli-test-" });
  for (const name of ["deno", "sh", "tool"]) Deno.writeTextFileSync(`${folder}/${name}`, "", { mode: 0o755 });
  for (const name of ["python3", "plain"]) Deno.writeTextFileSync(`${folder}/${name}`, "", { mode: 0o644 });
  return { folder, [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }) };
}

Deno.test("commandFor() runs TypeScript with Deno itself and with the permissions of a mission", () => {
  assertEquals(commandFor("a.TS", { deno: "/bin/deno", searchPath: "" }), [
    "/bin/deno",
    ...DENO_FLAGS,
    "{mission_path}",
  ]);
});

Deno.test("commandFor() looks for Deno on PATH in a compiled program", () => {
  using around = bench();
  const searchPath = `/nonexistent::${around.folder}`;
  assertEquals(commandFor("a.js", { deno: undefined, searchPath })[0], `${around.folder}/deno`);
  assertThrows(
    () => commandFor("dir/a.js", { deno: undefined, searchPath: "/nonexistent" }),
    CommandError,
    "a.js needs deno, which is not on PATH",
  );
});

Deno.test("commandFor() takes only what can be executed", () => {
  using around = bench();
  const here = { deno: undefined, searchPath: around.folder };
  assertEquals(commandFor("x.sh", here), [`${around.folder}/sh`, "{mission_path}"]);
  assertThrows(() => commandFor("x.py", here), CommandError, "x.py needs python3");
  assertEquals(commandFor(`${around.folder}/tool`, here), ["{mission_path}"]);
  Deno.writeTextFileSync(`${around.folder}/by_itself.py`, "#!/bin/sh\n", { mode: 0o755 });
  assertEquals(commandFor(`${around.folder}/by_itself.py`, here), ["{mission_path}"]);
  assertThrows(() => commandFor(`${around.folder}/plain`, here), UsageError, "plain is not executable");
});
