import { assertEquals, assertThrows } from "@std/assert";
import { pathToFileURL } from "node:url";
import { ConfigError } from "../../../config/config_error.ts";
import { discoverLettsFile } from "../../../config/letts/discover.ts";
import { TempDir } from "../temp_dir.ts";

/** A place where every source has a file, except those that are left out. */
function prepare(dir: TempDir, without: readonly string[] = []) {
  const names = [
    "explicit.yaml",
    "env.yaml",
    "cwd/letts.yaml",
    "xdg/letts/letts.yaml",
    "home/.letts/letts.yaml",
  ];
  for (const name of [...names, "system.yaml"]) {
    if (without.includes(name)) continue;
    dir.write(name, "{}");
  }
  const variables: Record<string, string> = {
    LETTS_CONFIG: `${dir.path}/env.yaml`,
    XDG_CONFIG_HOME: `${dir.path}/xdg`,
    HOME: `${dir.path}/home`,
  };
  return {
    variables,
    options: {
      env: (name: string) => variables[name],
      cwd: `${dir.path}/cwd`,
      systemFile: `${dir.path}/system.yaml`,
    },
  };
}

Deno.test("discoverLettsFile() takes an explicit path before all, also as a URL", () => {
  using dir = new TempDir();
  const { options } = prepare(dir);
  const path = `${dir.path}/explicit.yaml`;
  assertEquals(discoverLettsFile({ ...options, path }), path);
  assertEquals(discoverLettsFile({ ...options, path: pathToFileURL(path) }), path);
});

Deno.test("discoverLettsFile() goes through its sources in order", () => {
  using dir = new TempDir();
  const { options, variables } = prepare(dir);
  assertEquals(discoverLettsFile(options), `${dir.path}/env.yaml`);
  variables.LETTS_CONFIG = "";
  for (const name of ["cwd/letts.yaml", "xdg/letts/letts.yaml", "home/.letts/letts.yaml", "system.yaml"]) {
    assertEquals(discoverLettsFile(options), `${dir.path}/${name}`);
    Deno.removeSync(`${dir.path}/${name}`);
  }
  const error = assertThrows(() => discoverLettsFile(options), ConfigError);
  assertEquals(error.stage, "discovery");
  for (const name of ["cwd/letts.yaml", "xdg/letts/letts.yaml", "home/.letts/letts.yaml", "system.yaml"]) {
    assertEquals(error.message.includes(`${dir.path}/${name}`), true, name);
  }
});

Deno.test("discoverLettsFile() does not fall through when the file asked for is missing", () => {
  using dir = new TempDir();
  const { options } = prepare(dir, ["env.yaml"]);
  const explicit = `${dir.path}/nothing.yaml`;
  const error = assertThrows(() => discoverLettsFile({ ...options, path: explicit }), ConfigError);
  assertEquals([error.file, error.stage], [explicit, "discovery"]);
  assertThrows(() => discoverLettsFile(options), ConfigError, "LETTS_CONFIG names it");
  assertThrows(() => discoverLettsFile({ ...options, path: dir.path }), ConfigError, "is a directory");
});

Deno.test("discoverLettsFile() counts no directory, and no source whose variable is unset or empty", () => {
  using dir = new TempDir();
  const { options, variables } = prepare(dir, ["cwd/letts.yaml"]);
  Deno.mkdirSync(`${dir.path}/cwd/letts.yaml`, { recursive: true });
  variables.LETTS_CONFIG = "";
  variables.XDG_CONFIG_HOME = "";
  assertEquals(discoverLettsFile(options), `${dir.path}/home/.letts/letts.yaml`);
  for (const home of ["", `${dir.path}/system.yaml`]) {
    variables.HOME = home;
    assertEquals(discoverLettsFile(options), `${dir.path}/system.yaml`);
  }
});
