/** What is published takes `@std/*` from JSR. */
import { assertEquals } from "@std/assert";
import { jsrConfig } from "../../build/jsr_config.ts";

const ROOT = new URL("../../", import.meta.url);
const config = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const { imports, publish } = jsrConfig(config);

Deno.test("jsrConfig() takes every @std module from JSR and nothing from std/", () => {
  const names = Object.keys(config.imports).filter((name) => name.startsWith("@std/"));
  for (const name of names) assertEquals(imports[name]?.replace("jsr:", "").replace("@^1", ""), name);
  assertEquals(Object.values(imports).filter((to) => String(to).startsWith("./")), []);
  assertEquals([imports["deno-std/"], publish.include.includes("std/")], [undefined, false]);
});
