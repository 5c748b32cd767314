import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatDuration, InvalidDurationError, parseDuration } from "../../protocol/duration.ts";

Deno.test("parseDuration() reads what formatDuration() has written", () => {
  const years = 100 * 365 * 86_400_000;
  fc.assert(
    fc.property(fc.integer({ min: -years, max: years }), (ms) => {
      assertEquals(parseDuration(formatDuration(ms)), ms);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("parseDuration() adds up its parts", () => {
  const part = fc.tuple(
    fc.nat(1000),
    fc.constantFrom(["ms", 1], ["s", 1000], ["m", 60_000], ["h", 3_600_000]),
  );
  fc.assert(
    fc.property(fc.array(part as fc.Arbitrary<[number, [string, number]]>, { minLength: 1 }), (parts) => {
      const text = parts.map(([amount, [unit]]) => `${amount}${unit}`).join("");
      assertEquals(parseDuration(text), parts.reduce((sum, [amount, [, ms]]) => sum + amount * ms, 0));
    }),
  );
});

Deno.test("parseDuration() gives whole milliseconds or its own error, whatever it is given", () => {
  const nearly = fc.string({ unit: fc.constantFrom(..."0123456789.+-nuµsmhd ") });
  fc.assert(
    fc.property(fc.oneof(nearly, fc.string()), (text) => {
      try {
        assert(Number.isSafeInteger(parseDuration(text)), text);
      } catch (error) {
        assert(error instanceof InvalidDurationError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
