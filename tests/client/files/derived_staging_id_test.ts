import { assertEquals, assertNotEquals } from "@std/assert";
import { derivedStagingId } from "../../../client/files/derived_staging_id.ts";
import { isUuidV7, parseMissionId } from "../../../protocol/names.ts";
import { ID } from "../scripted.ts";

Deno.test("derivedStagingId() depends on mission, slot, content and generation, and on nothing else", () => {
  const mission = parseMissionId(ID);
  const id = derivedStagingId(mission, "in", "aa");
  assertEquals(id, derivedStagingId(mission, "in", "aa", 0));
  assertEquals([isUuidV7(id), id.slice(0, 13)], [true, ID.slice(0, 13)]);
  const others = [
    derivedStagingId(mission, "out", "aa"),
    derivedStagingId(mission, "in", "ab"),
    derivedStagingId(mission, "in", "aa", 1),
    derivedStagingId(parseMissionId(ID.replace("ab", "ac")), "in", "aa"),
  ];
  for (const other of others) assertNotEquals(other, id);
});
