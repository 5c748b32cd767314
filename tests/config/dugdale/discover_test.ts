import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { discoverDugdaleFile } from "../../../config/dugdale/discover.ts";
import { TempDir } from "../temp_dir.ts";

Deno.test("discoverDugdaleFile() takes the flag, DUGDALE_CONFIG, ./dugdale.yaml and the system's, in this order", () => {
  using dir = new TempDir();
  const variables: Record<string, string> = { DUGDALE_CONFIG: "/not/there.yaml" };
  const options = {
    env: (name: string) => variables[name],
    cwd: dir.path,
    systemFile: `${dir.path}/default.yaml`,
  };
  const local = dir.write("dugdale.yaml", "");
  dir.write("default.yaml", "");
  assertEquals(discoverDugdaleFile("/nor/there.yaml", options), "/nor/there.yaml");
  assertEquals(discoverDugdaleFile(undefined, options), "/not/there.yaml");
  assertEquals(discoverDugdaleFile("", options), "/not/there.yaml");
  variables.DUGDALE_CONFIG = "";
  assertEquals(discoverDugdaleFile(undefined, options), local);
  Deno.removeSync(local);
  assertEquals(discoverDugdaleFile(undefined, options), options.systemFile);
  Deno.removeSync(options.systemFile);
  const error = assertThrows(() => discoverDugdaleFile(undefined, options), ConfigError, options.systemFile);
  assertEquals(error.stage, "discovery");
});
