import { assertEquals } from "@std/assert";
import { contentRange, parseRange } from "../../../dugdale/staging/byte_ranges.ts";

Deno.test("parseRange() reads the three forms of a range", () => {
  assertEquals(parseRange("bytes=0-9", 100), [{ start: 0, length: 10 }]);
  assertEquals(parseRange("bytes=90-", 100), [{ start: 90, length: 10 }]);
  assertEquals(parseRange("bytes=-10", 100), [{ start: 90, length: 10 }]);
  assertEquals(parseRange("bytes= 0 - 9 , 20-29", 100), [{ start: 0, length: 10 }, {
    start: 20,
    length: 10,
  }]);
});

Deno.test("parseRange() cuts ranges at the end of the file", () => {
  assertEquals(parseRange("bytes=90-1000", 100), [{ start: 90, length: 10 }]);
  assertEquals(parseRange("bytes=-1000", 100), [{ start: 0, length: 100 }]);
  assertEquals(parseRange("bytes=99-99999999999999999999", 100), [{ start: 99, length: 1 }]);
});

Deno.test("parseRange() leaves ranges behind the end out", () => {
  assertEquals(parseRange("bytes=0-0,100-", 100), [{ start: 0, length: 1 }]);
  for (const header of ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=100-,200-300"]) {
    assertEquals(parseRange(header, 100), "unsatisfiable", header);
  }
});

Deno.test("parseRange() refuses what is no range of bytes", () => {
  for (
    const header of [
      "lines=0-9",
      "bytes",
      "bytes=",
      "bytes=5",
      "bytes=9-5",
      "bytes=a-b",
      "bytes=-",
      "bytes=--5",
    ]
  ) {
    assertEquals(parseRange(header, 100), "unsatisfiable", header);
  }
});

Deno.test("parseRange() takes the whole when there is nothing to choose from or the parts are more", () => {
  for (const header of [null, "", "bytes=0-99,0-0"]) assertEquals(parseRange(header, 100), "whole");
  assertEquals(parseRange("bytes=0-9", 0), "whole");
  assertEquals(parseRange("bytes=-5", 0), "whole");
});

Deno.test("contentRange() names first and last byte", () => {
  assertEquals(contentRange({ start: 5, length: 10 }, 100), "bytes 5-14/100");
});
