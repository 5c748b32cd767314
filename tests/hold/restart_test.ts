import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { until } from "../contract/daemon.ts";
import { newId } from "../contract/ids.ts";
import { Faulty } from "../contract/faulty.ts";

Deno.test("a dugdale answers before it has looked for orphans, and then removes them", async () => {
  await using faulty = await Faulty.start();
  const { dataDir } = faulty;
  await faulty.stop();
  // All subfolders that there can be, each of which the search looks at.
  const orphans: string[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const shard = byte.toString(16).padStart(2, "0");
    for (const kind of ["output", "staging"]) {
      await Deno.mkdir(`${dataDir}/${kind}/${shard}`, { recursive: true });
    }
    const path = `${dataDir}/staging/${shard}/${newId().slice(0, -2)}${shard}`;
    await Deno.writeTextFile(path, "content");
    orphans.push(path);
  }
  await faulty.restart();
  assertEquals((await faulty.dugdale.get("/v1/readyz")).status, 200);
  // The search pauses in each folder: had it been waited for, all of them would be gone.
  assert(existsSync(orphans.at(-1) ?? ""));
  await until(() => Promise.resolve(!orphans.some((path) => existsSync(path))));
  assertEquals((await faulty.dugdale.run("silent.sh")).outcome, "success");
});
