import { assertEquals, assertInstanceOf } from "@std/assert";
import { ConfigError, MissingVariableError } from "../../config/config_error.ts";

Deno.test("ConfigError says file, line, key and problem in one line", () => {
  const place = { file: "letts.yaml", line: 12, key: "dugdales[0].port" };
  const error = new ConfigError("must be 0 to 65535, not 70000", place);
  assertEquals(error.message, "letts.yaml:12: dugdales[0].port: must be 0 to 65535, not 70000");
  assertEquals([error.code, error.stage, error.file, error.line, error.key], [
    "config",
    "parse",
    "letts.yaml",
    12,
    "dugdales[0].port",
  ]);
});

Deno.test("ConfigError leaves out what is not known", () => {
  assertEquals(new ConfigError("is empty").message, "is empty");
  assertEquals(new ConfigError("is empty", { file: "a.yaml" }).message, "a.yaml: is empty");
  assertEquals(new ConfigError("is odd", { key: "auth" }).message, "auth: is odd");
  assertEquals(new ConfigError("is empty").line, undefined);
});

Deno.test("ConfigError marks faults that appear only after templates were filled in", () => {
  const error = new ConfigError("needs host or url", {
    file: "a.yaml",
    line: 3,
    key: "dugdales[0]",
    owner: "s1",
    afterExtends: true,
  });
  assertEquals(error.message, `a.yaml (post-extends): line 3: dugdales[0] ("s1"): needs host or url`);
});

Deno.test("MissingVariableError is a ConfigError that names the variable", () => {
  const error = new MissingVariableError("TOKEN", { key: "auth.token" });
  assertInstanceOf(error, ConfigError);
  assertEquals([error.code, error.variable, error.stage], ["missing_variable", "TOKEN", "use"]);
  assertEquals(error.message, "auth.token: the environment variable TOKEN is not set");
});
