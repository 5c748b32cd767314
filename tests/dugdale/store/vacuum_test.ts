import { assertEquals } from "@std/assert";
import { Store } from "../../../dugdale/store/store.ts";
import { newMission } from "./samples.ts";

Deno.test("Store.vacuum() gives the pages of removed missions back, so many at a time", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    await store.write(() => {
      for (let count = 0; count < 200; count++) {
        const id = store.missions.insert(newMission({ createdMs: count, input: `"${"x".repeat(20_000)}"` }));
        store.missions.markDeleting(id);
      }
    });
    store.emptyLog();
    const full = Deno.statSync(`${folder}/state.db`).size;
    await store.write(() =>
      store.missions.retention.hidden(200).forEach(({ id }) => store.missions.retention.remove(id))
    );
    assertEquals(store.vacuum(100), true);
    store.emptyLog();
    assertEquals(Deno.statSync(`${folder}/state.db`).size, full - 100 * 4096);
    assertEquals(Deno.statSync(`${folder}/state.db-wal`).size, 0);
    assertEquals(store.vacuum(100_000), false);
    store.emptyLog();
    assertEquals(Deno.statSync(`${folder}/state.db`).size < full / 10, true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
