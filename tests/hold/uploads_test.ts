import { assertEquals } from "@std/assert";
import { Area, bytes } from "../dugdale/staging/area.ts";

const data = bytes(100);

Deno.test("uploads that were left after a byte do not keep others out: the longest idle one gives way", async () => {
  await using area = new Area({ limits: { maxIncompleteStagingUploads: 3 } });
  const left = [];
  for (let count = 0; count < 3; count++) {
    left.push((await area.put(data, { range: [0, 1] })).id);
    area.clock.aheadMs += 1000;
  }
  const young = await area.put(data);
  assertEquals([young.status, young.body.error], [503, "incomplete_uploads_full"]);
  area.clock.aheadMs += 60_000;
  // This one is not idle any more.
  await area.put(data, { id: left[0]!, range: [1, 2] });
  assertEquals((await area.put(data)).status, 201);
  const states = left.map((id) => area.store.staging.find(id)?.state);
  assertEquals(states, ["uploading", "deleting", "uploading"]);
  assertEquals((await area.put(data, { id: left[0]!, range: [2, 100] })).status, 201);
});
