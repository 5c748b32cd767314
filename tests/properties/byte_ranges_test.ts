import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { contentRange, parseRange } from "../../dugdale/staging/byte_ranges.ts";

const size = (): fc.Arbitrary<number> => fc.oneof(fc.nat(100), fc.maxSafeNat());

Deno.test("parseRange() answers any header, and never with bytes that the file does not have", () => {
  const character = fc.constantFrom(..."bytes=0123456789-, \t");
  const nearly = fc.string({ unit: character }).map((text) => `bytes=${text}`);
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string({ unit: "binary" })), size(), (header, size) => {
      const wanted = parseRange(header, size);
      if (typeof wanted === "string") return;
      let sum = 0;
      for (const { start, length } of wanted) {
        assert(Number.isSafeInteger(start) && start >= 0 && length > 0 && start + length <= size);
        sum += length;
      }
      assert(wanted.length > 0 && sum <= size);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseRange() reads its own Content-Range again", () => {
  const range = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat()).map((three) =>
    three.toSorted((a, b) => a - b) as [number, number, number]
  ).filter(([, end, size]) => end < size);
  fc.assert(fc.property(range, ([start, end, size]) => {
    const one = { start, length: end - start + 1 };
    const header = contentRange(one, size).replace("bytes ", "bytes=").split("/")[0]!;
    assertEquals(parseRange(header, size), [one]);
  }));
});

Deno.test("parseRange() takes from the front and from the end alike", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(2000), (size, at) => {
    const rest = at < size ? [{ start: at, length: size - at }] : "unsatisfiable";
    assertEquals(parseRange(`bytes=${at}-`, size), rest);
    const tail = Math.min(at, size);
    const last = tail > 0 ? [{ start: size - tail, length: tail }] : "unsatisfiable";
    assertEquals(parseRange(`bytes=-${at}`, size), last);
  }));
});
