import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type ControlLimits, Fd3Reader } from "../../dugdale/run/fd3.ts";
import { cuts } from "./cuts.ts";

const LIMITS: ControlLimits = { maxEventLineBytes: 200, maxOutputFilesPerMission: 3, maxJsonDepth: 4 };

interface Reading {
  readonly progress: readonly unknown[];
  readonly outputs: readonly string[];
  readonly violations: readonly unknown[];
  readonly final: unknown;
}

function read(chunks: readonly Uint8Array[], limits = LIMITS): Reading {
  const progress: unknown[] = [];
  const reader = new Fd3Reader(limits, (report) => progress.push(report));
  for (const chunk of chunks) reader.write(chunk);
  reader.end();
  return { progress, outputs: [...reader.outputs], violations: reader.violations, final: reader.final };
}

/** A line that a mission might write: right, wrong, nearly right, too long, or no text at all. */
const line = (): fc.Arbitrary<Uint8Array> => {
  const text = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array> =>
    arbitrary.map((event) => new TextEncoder().encode(JSON.stringify(event)));
  const any = fc.jsonValue({ maxDepth: 2 });
  const name = fc.constantFrom("progress", "output_file", "success", "fail", "other");
  return fc.oneof(
    text(
      fc.record({
        event: fc.constant("progress"),
        value: fc.double(),
        message: fc.string({ unit: "grapheme" }),
      }),
    ),
    text(fc.record({ event: fc.constant("output_file"), key: fc.stringMatching(/^[a-z]{1,2}$/) })),
    text(fc.record({ event: fc.constant("success"), return: fc.dictionary(fc.string(), any) })),
    text(
      fc.record({
        event: fc.constant("fail"),
        message: fc.string(),
        reason: fc.string(),
        exit_code: fc.integer(),
      }),
    ),
    text(fc.record({ event: name, message: any, key: any, return: any }, { requiredKeys: ["event"] })),
    text(any),
    fc.uint8Array({ maxLength: 300 }),
  );
};

const stream = (): fc.Arbitrary<Uint8Array<ArrayBuffer>> =>
  fc.tuple(fc.array(line(), { maxLength: 12 }), fc.constantFrom("", "\n"), fc.constantFrom("\n", "\r\n")).map(
    ([lines, last, newline]) => {
      const end = new TextEncoder().encode(newline);
      const parts = lines.flatMap((line, index) =>
        index + 1 < lines.length ? [line, end] : [line, new TextEncoder().encode(last)]
      );
      return Uint8Array.from(parts.flatMap((part) => [...part]));
    },
  );

Deno.test("Fd3Reader reads the same however the pipe cuts the bytes, and throws at none", () => {
  const cut = stream().chain((bytes) => fc.tuple(fc.constant(bytes), cuts(bytes)));
  fc.assert(
    fc.property(cut, ([bytes, chunks]) => {
      assertEquals(read(chunks), read([bytes]));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("Fd3Reader reads the same when its buffer is used again for the next chunk", () => {
  const cut = stream().chain((bytes) => fc.tuple(fc.constant(bytes), cuts(bytes)));
  fc.assert(fc.property(cut, ([bytes, chunks]) => {
    const progress: unknown[] = [];
    const reader = new Fd3Reader(LIMITS, (report) => progress.push(report));
    for (const chunk of chunks) {
      const copy = chunk.slice();
      reader.write(copy);
      copy.fill(0x7a);
    }
    reader.end();
    const { progress: expected, violations, final } = read([bytes]);
    assertEquals([progress, reader.violations, reader.final], [expected, violations, final]);
  }));
});

Deno.test("Fd3Reader keeps the text of numbers in results, with every digit", () => {
  fc.assert(fc.property(fc.bigInt(), (number) => {
    const text = `{"event":"success","return":{"n":${number}}}\n`;
    const { final } = read([new TextEncoder().encode(text)], { ...LIMITS, maxEventLineBytes: 0 });
    assertEquals(final, { event: "success", returnValue: `{"n":${number}}`, line: 1 });
  }));
});
