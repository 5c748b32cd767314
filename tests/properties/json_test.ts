import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { canonical, compact } from "../../dugdale/json/canonical.ts";
import { readJson } from "../../dugdale/json/reader.ts";
import { JsonSyntaxError } from "../../dugdale/json/scanner.ts";

const canon = (text: string): string => canonical(readJson(text), text);

/** Any JSON value whose texts can be written as UTF-8. */
const value = (): fc.Arbitrary<fc.JsonValue> => fc.jsonValue({ stringUnit: "grapheme" });

/** White space that JSON allows between tokens. */
const space = (): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(" ", "\t", "\n", "\r"), { maxLength: 3 }).map((parts) => parts.join(""));

interface Member {
  readonly key: string;
  readonly value: fc.JsonValue;
  readonly before: string;
  readonly after: string;
}

/** Members of an object with different keys, each with white space around it. */
const members = (): fc.Arbitrary<Member[]> =>
  fc.uniqueArray(
    fc.record({ key: fc.string({ unit: "grapheme" }), value: value(), before: space(), after: space() }),
    { selector: (member) => member.key, maxLength: 8 },
  );

function objectText(list: readonly Member[]): string {
  const text = ({ key, value, before, after }: Member): string =>
    `${before}${JSON.stringify(key)}${after}:${before}${JSON.stringify(value)}${after}`;
  return `{${list.map(text).join(",")}}`;
}

Deno.test("canonical() does not depend on the order of keys or on white space", () => {
  const shuffled = members().chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))
  );
  fc.assert(fc.property(shuffled, ([list, other]) => {
    assertEquals(canon(objectText(list)), canon(objectText(other)));
  }));
});

Deno.test("canonical() of a canonical text is that text", () => {
  fc.assert(fc.property(value(), (value) => {
    const once = canon(JSON.stringify(value));
    assertEquals(canon(once), once);
  }));
});

Deno.test("canonical() means the same as the text, as JSON.parse reads both", () => {
  fc.assert(fc.property(value(), fc.integer({ min: 0, max: 4 }), (value, indent) => {
    const text = JSON.stringify(value, null, indent);
    assertEquals(JSON.parse(canon(text)), JSON.parse(text));
  }));
});

Deno.test("canonical() writes every double as JavaScript does", () => {
  fc.assert(fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
    const text = JSON.stringify(number);
    assertEquals(canon(text), text);
    assertEquals(canon(number.toExponential()), String(number === 0 ? 0 : number));
  }));
});

Deno.test("canonical() keeps every digit of 64-bit integers, signed and unsigned", () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
  fc.assert(fc.property(integer, (integer) => {
    assertEquals(canon(`{"n":[${integer}]}`), `{"n":[${integer}]}`);
  }));
});

Deno.test("compact() changes white space between tokens and nothing else", () => {
  fc.assert(fc.property(members(), fc.bigInt(), (list, number) => {
    const text = `[${objectText(list)} , ${number}]`;
    const tight = `[${objectText(list.map((member) => ({ ...member, before: "", after: "" })))},${number}]`;
    assertEquals(compact(text, readJson(text)), tight);
  }));
});

Deno.test("readJson() accepts what JSON.parse accepts, and otherwise throws nothing but its own error", () => {
  const broken = fc.tuple(fc.json(), fc.nat(), fc.string({ unit: "binary", maxLength: 3 })).map(
    ([text, at, put]) => text.slice(0, at % (text.length + 1)) + put + text.slice(at % (text.length + 1) + 1),
  );
  fc.assert(
    fc.property(broken, (text) => {
      const own = (): boolean => {
        try {
          return /^[ \t\n\r]*$/.test(text.slice(readJson(text).end));
        } catch (error) {
          assert(error instanceof JsonSyntaxError, String(error));
          return false;
        }
      };
      const platform = (): boolean => {
        try {
          JSON.parse(text);
          return true;
        } catch {
          return false;
        }
      };
      assertEquals(own(), platform(), text);
    }),
    { numRuns: 1000 },
  );
});
