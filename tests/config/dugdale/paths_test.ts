import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { checkDugdalePaths } from "../../../config/dugdale/paths.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { TempDir } from "../temp_dir.ts";

const check = (dataDir: string, output = "stderr") =>
  checkDugdalePaths(dugdaleConfig({ listen: ":0", dataDir, log: { output } }), "dugdale.yaml");

function assertRefused(key: string, words: string, act: () => void): void {
  const error = assertThrows(act, ConfigError, words);
  assertEquals([error.stage, error.file, error.key], ["paths", "dugdale.yaml", key]);
}

Deno.test("checkDugdalePaths() accepts a data_dir that exists or whose parent does, and leaves nothing behind", () => {
  using dir = new TempDir();
  check(dir.path);
  check(`${dir.path}/data`);
  check(`${dir.path}/data`, "stdout");
  check(`${dir.path}/data`, "-");
  assertEquals([...Deno.readDirSync(dir.path)], []);
});

Deno.test("checkDugdalePaths() refuses a data_dir without a parent, one that is a file, or below a file", () => {
  using dir = new TempDir();
  const file = dir.write("file", "");
  assertRefused("data_dir", "ENOENT", () => check(`${dir.path}/a/b`));
  assertRefused("data_dir", "is not a directory", () => check(file));
  assertRefused("data_dir", "is not a directory", () => check(`${file}/below`));
});

Deno.test("checkDugdalePaths() refuses a data_dir in which no file can be made", () => {
  assertRefused("data_dir", "cannot be used", () => check("/proc"));
  assertRefused("data_dir", "cannot be used", () => check("/proc/data"));
});

Deno.test("checkDugdalePaths() accepts a log file that exists or can be made, without making it", () => {
  using dir = new TempDir();
  check(dir.path, `${dir.path}/new.log`);
  assertEquals([...Deno.readDirSync(dir.path)], []);
  const file = dir.write("old.log", "kept\n");
  check(dir.path, file);
  assertEquals(Deno.readTextFileSync(file), "kept\n");
});

Deno.test("checkDugdalePaths() refuses a log file that is a directory, or has no usable one", () => {
  using dir = new TempDir();
  assertRefused("log.output", "is a directory", () => check(dir.path, dir.path));
  assertRefused("log.output", "ENOENT", () => check(dir.path, `${dir.path}/a/b.log`));
  assertRefused("log.output", "cannot be used", () => check(dir.path, "/proc/new.log"));
});
