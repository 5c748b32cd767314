import { assertEquals, assertThrows } from "@std/assert";
import { pageLimit, readQuery } from "../../../dugdale/http/query.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { eventsQuery, missionsQuery, outputQuery } from "../../../protocol/mission.ts";
import { byContentQuery, stagingQuery } from "../../../protocol/staging.ts";

const parameters = (text: string) => new URLSearchParams(text);

Deno.test("readQuery() takes an empty parameter as absent, and of a repeated one the first", () => {
  const query = readQuery(missionsQuery, parameters("status=&lane=a&lane=b&mission=x%25&other=1"));
  assertEquals(JSON.parse(JSON.stringify(query)), { lane: "a", mission: "x%" });
});

Deno.test("readQuery() takes a flag as true only when it says so, in any case", () => {
  const follow = (text: string) => readQuery(eventsQuery, parameters(text)).follow ?? false;
  assertEquals(["follow=true", "follow=TRUE", "follow=1", "follow=", ""].map(follow), [
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("readQuery() reads integers of 64 bits, and names what else it was given", () => {
  const since = (text: string) => readQuery(missionsQuery, parameters(`since=${text}`)).since;
  assertEquals([since("%2B5"), since("-9223372036854775808"), since("0")], [5, -(2 ** 63), 0]);
  assertEquals(since("9223372036854775807"), 2 ** 63);
  for (const text of ["1.5", "x", "1e3", " 1", "9223372036854775808", "-9223372036854775809"]) {
    assertThrows(() => since(text), ProblemError, `since must be Unix milliseconds, not "${text}"`);
  }
});

Deno.test("readQuery() refuses what breaks a rule, with the code of the route", () => {
  const refused = (read: () => unknown) => {
    const { code, message } = assertThrows(read, ProblemError);
    return [code, message];
  };
  assertEquals(refused(() => readQuery(outputQuery, parameters(""))), [
    "bad_request",
    'stream must be stdout, stderr or combined, not ""',
  ]);
  assertEquals(refused(() => readQuery(eventsQuery, parameters("from=x"), "invalid_from")), [
    "invalid_from",
    'from must be an integer, not "x"',
  ]);
  assertEquals(refused(() => readQuery(byContentQuery, parameters("size=0"))), [
    "bad_request",
    'size must be a positive number of bytes, not "0"',
  ]);
  assertEquals(refused(() => readQuery(stagingQuery, parameters("mission_id=1"))), [
    "bad_request",
    'mission_id must be a lower-case UUIDv7, not "1"',
  ]);
});

Deno.test("pageLimit() is 100 by default and at most 1000", () => {
  assertEquals([pageLimit({}), pageLimit({ limit: 7 }), pageLimit({ limit: 5000 })], [100, 7, 1000]);
});
