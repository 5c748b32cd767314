import { assertEquals, assertThrows } from "@std/assert";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../../../config/config_error.ts";
import { lettsConfig } from "../../../config/letts/config.ts";
import { readLettsConfig } from "../../../config/letts/open.ts";
import { TempDir } from "../temp_dir.ts";

const PLAIN = "auth: {token: abc}\ndugdales: [{id: s1, host: h}]\n";

Deno.test("readLettsConfig() opens the file of a path, a URL, or LETTS_CONFIG", () => {
  using dir = new TempDir();
  const file = dir.write("my.yaml", "dugdales: [{id: s1, host: h}]");
  for (const options of [{ path: file }, { path: pathToFileURL(file) }, { env: () => file }]) {
    const config = readLettsConfig(options);
    assertEquals([config.file, config.dugdales.length], [file, 1]);
  }
});

Deno.test("readLettsConfig() requires mode 0600 or 0400 for a file with a plain token", () => {
  using dir = new TempDir();
  for (const mode of [0o600, 0o400]) readLettsConfig({ path: dir.write(`${mode}.yaml`, PLAIN, mode) });
  for (const mode of [0o644, 0o640, 0o660, 0o604, 0o700, 0o200 + 0o400 + 0o001]) {
    const path = dir.write(`${mode}.yaml`, PLAIN, mode);
    const error = assertThrows(() => readLettsConfig({ path }), ConfigError, "must be 0600 or 0400");
    assertEquals([error.stage, error.file], ["permissions", path]);
    assertEquals(error.message.replaceAll(path, "").includes("abc"), false);
    assertEquals(readLettsConfig({ path, insecurePermissions: true }).dugdales.length, 1);
  }
});

const SECRETS: readonly (readonly [yaml: string, isPlain: boolean])[] = [
  ["auth: {admin_token: abc}", true],
  ["auth: {exec_token: abc}", true],
  ["auth: {token: 'x${A}'}", true],
  ["auth: {token: '$A'}", true],
  ["dugdales: [{id: a, host: h, token: abc}]", true],
  ["templates: {unused: {exec_token: abc}}", true],
  ["auth: {token: '${A}'}", false],
  ["auth: {token: '${A}${B}'}", false],
  ["auth: {token: ''}", false],
  ["dugdales: [{id: a, host: h, proxy: 'http://u:p@x'}]", false],
];
for (const [yaml, isPlain] of SECRETS) {
  Deno.test(`readLettsConfig() ${isPlain ? "guards" : "does not guard"} ${yaml}`, () => {
    using dir = new TempDir();
    const path = dir.write("letts.yaml", yaml, 0o644);
    if (isPlain) assertThrows(() => readLettsConfig({ path }), ConfigError, "must be 0600 or 0400");
    else readLettsConfig({ path });
  });
}

Deno.test("readLettsConfig() looks at the mode behind a symbolic link, and only after all other checks", () => {
  using dir = new TempDir();
  const link = `${dir.path}/link.yaml`;
  Deno.symlinkSync(dir.write("real.yaml", PLAIN, 0o644), link);
  assertThrows(() => readLettsConfig({ path: link }), ConfigError, "must be 0600 or 0400");
  const broken = dir.write("broken.yaml", `${PLAIN}aliases: {a: nobody}`, 0o644);
  assertThrows(() => readLettsConfig({ path: broken }), ConfigError, `host "nobody" not found`);
});

Deno.test("readLettsConfig() refuses invalid UTF-8", () => {
  using dir = new TempDir();
  const path = dir.write("letts.yaml", new Uint8Array([0x61, 0xff]));
  assertThrows(() => readLettsConfig({ path }), ConfigError, "must be UTF-8 text");
});

Deno.test("lettsConfig() takes fields from memory with the same checks, and no file in its errors", () => {
  const config = lettsConfig({ dugdales: [{ id: "here", host: "127.0.0.1", token: "t" }] });
  assertEquals([config.file, config.token(config.dugdale("here"), "dispatch")], ["", "t"]);
  const port = assertThrows(() => lettsConfig({ dugdales: [{ id: "a", port: 1.5 }] }), ConfigError);
  assertEquals(port.message, `dugdales[0].port ("a"): must be 0 to 65535, not 1.5`);
  const host = assertThrows(() => lettsConfig({ dugdales: [{ id: "a" }] }), ConfigError);
  assertEquals(host.message, `dugdales[0] ("a"): needs host or url`);
});
