import { assertEquals } from "@std/assert";
import { rangeInForce, type Verdict, weigh } from "../../../dugdale/staging/conditions.ts";
import { formatHttpDate, parseHttpDate } from "../../../dugdale/staging/http_date.ts";

const modifiedS = 784_111_777;
const same = "Sun, 06 Nov 1994 08:49:37 GMT";
const earlier = "Sun, 06 Nov 1994 08:49:36 GMT";

Deno.test("parseHttpDate() reads today's form and the two old ones", () => {
  for (const text of [same, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]) {
    assertEquals(parseHttpDate(text), modifiedS, text);
  }
  assertEquals(formatHttpDate(modifiedS), same);
});

Deno.test("parseHttpDate() refuses everything else", () => {
  for (
    const text of [
      null,
      "",
      "5",
      "1994-11-06",
      "Sun, 06 Nov 1994 08:49:37 +0100",
      "Sun, 99 Nov 1994 08:49:37 GMT",
    ]
  ) {
    assertEquals(parseHttpDate(text), undefined, String(text));
  }
});

Deno.test("weigh() follows the order of the conditions", () => {
  const cases: readonly [Record<string, string>, Verdict][] = [
    [{}, "send"],
    [{ "if-modified-since": same }, "not_modified"],
    [{ "if-modified-since": earlier }, "send"],
    [{ "if-modified-since": "yesterday" }, "send"],
    [{ "if-unmodified-since": same }, "send"],
    [{ "if-unmodified-since": earlier }, "precondition_failed"],
    [{ "if-unmodified-since": earlier, "if-modified-since": same }, "precondition_failed"],
    [{ "if-match": "*", "if-unmodified-since": earlier }, "send"],
    [{ "if-match": '"x"' }, "precondition_failed"],
    [{ "if-none-match": '"x"', "if-modified-since": same }, "send"],
    [{ "if-none-match": "*" }, "not_modified"],
  ];
  for (const [headers, verdict] of cases) {
    assertEquals(weigh(new Headers(headers), modifiedS), verdict, JSON.stringify(headers));
  }
});

Deno.test("rangeInForce() drops the range of a caller that has another version", () => {
  const range = "bytes=0-9";
  assertEquals(rangeInForce(new Headers({ range }), modifiedS), range);
  assertEquals(rangeInForce(new Headers({ range, "if-range": same }), modifiedS), range);
  assertEquals(rangeInForce(new Headers({ range, "if-range": earlier }), modifiedS), null);
  assertEquals(rangeInForce(new Headers({ range, "if-range": '"tag"' }), modifiedS), null);
});
