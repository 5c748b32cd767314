import { assertEquals } from "@std/assert";

const std = new URL("../../std/", import.meta.url);

for await (const { name } of Deno.readDir(std)) {
  if (!name.endsWith(".d.ts")) continue;
  Deno.test(`std/${name} declares what its module exports`, async () => {
    const types = await Deno.readTextFile(new URL(name, std));
    const declared = [...types.matchAll(/^export (?:class|const|function) (\w+)/gm)].map(([, name]) => name);
    const exported = Object.keys(await import(new URL(name.replace(".d.ts", ".ts"), std).href));
    assertEquals([...new Set(declared)].sort(), exported.sort());
  });
}
