import { assertEquals } from "@std/assert";
import { Area, bytes, sha256 } from "./area.ts";

Deno.test("GET hands a complete file out with its headers", async () => {
  await using area = new Area();
  const data = bytes(300_000);
  const { id } = await area.put(data);
  const response = await area.request("GET", `/${id}`);
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "application/octet-stream");
  assertEquals(response.headers.get("x-letts-sha256"), sha256(data));
  assertEquals(response.headers.get("content-length"), "300000");
  assertEquals(response.headers.get("accept-ranges"), "bytes");
  const { time_updated } = area.store.staging.find(id)!;
  assertEquals(response.headers.get("last-modified"), new Date(time_updated).toUTCString());
  assertEquals(new Uint8Array(await response.arrayBuffer()), data);
});
