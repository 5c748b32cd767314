import { assertEquals } from "@std/assert";
import { Area, bytes } from "./area.ts";

const data = bytes(1000);

Deno.test("Staging.repair() believes the file about how much of an upload has come", async () => {
  await using area = new Area();
  const ahead = (await area.put(data, { range: [0, 100] })).id;
  const short = (await area.put(data, { range: [0, 100] })).id;
  const gone = (await area.put(data, { range: [0, 100] })).id;
  const full = (await area.put(data, { range: [0, 100] })).id;
  Deno.writeFileSync(area.dataDir.staging(ahead), data.subarray(0, 200));
  Deno.truncateSync(area.dataDir.staging(short), 50);
  Deno.removeSync(area.dataDir.staging(gone));
  Deno.writeFileSync(area.dataDir.staging(full), data);
  const expires = area.store.staging.find(ahead)!.time_expires;
  await area.staging.repair();
  const received = [ahead, short, gone, full].map((id) => area.store.staging.find(id)!.bytes_received);
  assertEquals(received, [200, 50, 0, 999], "of a whole file one byte is asked for again");
  assertEquals(area.store.staging.find(ahead)!.time_expires, expires);
  for (const [id, start] of [[ahead, 200], [short, 50], [gone, 0], [full, 999]] as const) {
    assertEquals((await area.put(data, { id, range: [start, 1000] })).status, 201);
  }
});

Deno.test("Staging.repair() removes orphans and works expiries out", async () => {
  await using area = new Area();
  const orphan = area.dataDir.staging(area.ids.staging());
  Deno.writeFileSync(orphan, data);
  const { id } = await area.mission([]);
  const stagingId = area.ids.staging();
  await area.store.write(() =>
    area.store.staging.addOutput(id, { stagingId, role: "out", sha256: "0", size: 1 }, 5)
  );
  await area.staging.repair();
  assertEquals(area.store.staging.find(stagingId)!.time_expires, null, "its mission waits");
  assertEquals(
    [...Deno.readDirSync(orphan.slice(0, orphan.lastIndexOf("/")))].map((entry) => entry.name),
    [],
  );
});
