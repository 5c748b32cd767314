import { assertEquals } from "@std/assert";
import { QuickCheck } from "../../../dugdale/store/quick_check.ts";
import { Store } from "../../../dugdale/store/store.ts";

Deno.test("QuickCheck distinguishes damage from a check that could not be done", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/good.db`, -2000);
    using good = new QuickCheck(`${folder}/good.db`);
    assertEquals(await good.result, { problems: [], failure: undefined });
    await store.write(() => {});
    await Deno.writeTextFile(`${folder}/text.db`, "no database".repeat(1000));
    using text = new QuickCheck(`${folder}/text.db`);
    assertEquals(await text.result, { problems: ["file is not a database"], failure: undefined });
    using none = new QuickCheck(`${folder}/none.db`);
    const { problems, failure } = await none.result;
    assertEquals([problems, typeof failure], [[], "string"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
