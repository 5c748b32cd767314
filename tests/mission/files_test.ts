import { assertEquals, assertThrows } from "@std/assert";
import type { Environment } from "../../mission/environment.ts";
import { InvalidInputError, MissingFileError } from "../../mission/errors.ts";
import { InputFiles } from "../../mission/files.ts";
import { fakeHost } from "./fake_host.ts";

const environment: Environment = { mode: "mission", id: "i", lane: "l", workDir: "/w", tmpDir: "/w/tmp" };
const env = {
  LETTS_IN_log: "/w/in/log",
  LETTS_IN_log__SIZE: "5",
  LETTS_IN_log__SHA256: "ab",
  LETTS_IN_odd__SIZE: "/w/in/odd__SIZE",
  LETTS_IN_odd__SIZE__SIZE: "7",
};
const folders = { "/w/in": ["log", "odd__SIZE", "stranger"] };

for (const listsEnv of [true, false]) {
  Deno.test(`InputFiles finds roles when the environment ${listsEnv ? "can" : "cannot"} be listed`, () => {
    const files = new InputFiles(fakeHost({ env, listsEnv, folders }), environment, null);
    assertEquals([...files.all].map(([role, { path, size, sha256 }]) => [role, path, size, sha256]), [
      ["log", "/w/in/log", 5, "ab"],
      ["odd__SIZE", "/w/in/odd__SIZE", 7, undefined],
    ]);
  });

  Deno.test(`InputFiles tells a role from another's size when the environment ${listsEnv ? "can" : "cannot"} be listed`, () => {
    const both = {
      LETTS_IN_a: "/w/in/a",
      LETTS_IN_a__SIZE: "/w/in/a__SIZE",
      LETTS_IN_a__SIZE__SIZE: "9",
      LETTS_IN_a__SHA256: "cd",
    };
    const files = new InputFiles(
      fakeHost({ env: both, listsEnv, folders: { "/w/in": ["a", "a__SIZE"] } }),
      environment,
      null,
    );
    assertEquals([...files.all].map(([role, { size }]) => [role, size]), [["a", 0], ["a__SIZE", 9]]);
  });
}

Deno.test("InputFiles.file() names a missing role and those that came", () => {
  const files = new InputFiles(fakeHost({ env }), environment, null);
  const error = assertThrows(() => files.file("rows"), MissingFileError, `"rows"`);
  assertEquals([error.role, error.code, error instanceof InvalidInputError], ["rows", "missing_file", true]);
  assertEquals(error.message.endsWith("files that did: log, odd__SIZE"), true);
  assertThrows(() => files.file("log__SIZE"), MissingFileError);
});

Deno.test("InputFiles.file() takes paths from the input where no dugdale delivers", () => {
  const files = new InputFiles(fakeHost(), { mode: "shell" }, { log: "access.log", n: 3 });
  assertEquals([files.file("log").path, files.file("log").sha256, files.all.size], [
    "access.log",
    undefined,
    0,
  ]);
  for (const role of ["n", "other", "toString"]) {
    assertThrows(() => files.file(role), MissingFileError, `"${role}"`);
  }
});

Deno.test("InputFiles in an exec knows delivered files and paths of the input", () => {
  const files = new InputFiles(fakeHost({ env }), { ...environment, mode: "exec" }, { rows: "rows.csv" });
  assertEquals([files.file("log").path, files.file("rows").path], ["/w/in/log", "rows.csv"]);
});
