import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
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

Deno.test("Staging.clean() removes what an earlier daemon left, and nothing that came later", async () => {
  await using area = new Area();
  const [old, young] = [area.dataDir.staging(area.ids.staging()), area.dataDir.staging(area.ids.staging())];
  for (const path of [old, young]) Deno.writeFileSync(path, data);
  const at = (ms: number) => new Date(Date.now() + ms);
  Deno.utimeSync(old, at(-1000), at(-1000));
  Deno.utimeSync(young, at(1000), at(1000));
  await area.staging.clean(new AbortController().signal);
  assertEquals([existsSync(old), existsSync(young)], [false, true]);
});

Deno.test("An upload whose record and file differ goes on where its file ends, without a restart", async () => {
  await using area = new Area();
  const ahead = (await area.put(data, { range: [0, 100] })).id;
  const short = (await area.put(data, { range: [0, 100] })).id;
  const gone = (await area.put(data, { range: [0, 100] })).id;
  const full = (await area.put(data, { range: [0, 100] })).id;
  Deno.writeFileSync(area.dataDir.staging(ahead), data.subarray(0, 200));
  Deno.truncateSync(area.dataDir.staging(short), 50);
  Deno.removeSync(area.dataDir.staging(gone));
  Deno.writeFileSync(area.dataDir.staging(full), data);
  for (const [id, start] of [[ahead, 200], [short, 50], [gone, 0], [full, 999]] as const) {
    const { status, body } = await area.put(data, { id, range: [100, 1000] });
    assertEquals([status, body.error, body.details], [416, "range_not_satisfiable", {
      bytes_received: start,
    }]);
    assertEquals((await area.put(data, { id, range: [start, 1000] })).status, 201);
  }
});
