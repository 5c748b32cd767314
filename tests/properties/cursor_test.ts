import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { cursorOf, readListQuery } from "../../dugdale/http/list_query.ts";
import { readQuery } from "../../dugdale/http/query.ts";
import { ProblemError } from "../../dugdale/problem_error.ts";
import { missionsQuery } from "../../protocol/mission.ts";

const read = (parameters: URLSearchParams) => readListQuery(readQuery(missionsQuery, parameters));
const order = () => fc.constantFrom("created" as const, "finished" as const);

Deno.test("readListQuery() finds the place again that cursorOf() has written", () => {
  const place = fc.record({ timeMs: fc.maxSafeInteger(), missionId: fc.string({ unit: "grapheme" }) });
  fc.assert(fc.property(place, order(), (place, order) => {
    const query = new URLSearchParams({ order, cursor: cursorOf(place, order) }).toString();
    assertEquals(read(new URLSearchParams(query)).after, place);
  }));
});

Deno.test("readListQuery() refuses a bad cursor with bad_request and with nothing else", () => {
  const base64 = (text: string): string => new TextEncoder().encode(text).toBase64({ alphabet: "base64url" });
  const member = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.double(), fc.maxSafeInteger());
  const nearly = fc.record({ time_created: member, time_finished: member, mission_id: member }, {
    requiredKeys: [],
  });
  const cursor = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json().map(base64),
    fc.string().map(base64),
    nearly.map((value) => base64(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(cursor, order(), (cursor, order) => {
      try {
        const { after } = read(new URLSearchParams({ order, cursor }));
        if (after === undefined) assertEquals(cursor, "");
        else assert(Number.isInteger(after.timeMs) && typeof after.missionId === "string");
      } catch (error) {
        assert(error instanceof ProblemError && error.code === "bad_request", String(error));
      }
    }),
    { numRuns: 1000 },
  );
});
