import { assertEquals } from "@std/assert";
import { jsonText, parseJson, plainNumbers } from "../../../cli/output/json.ts";

Deno.test("parseJson() keeps integers that a double cannot hold", () => {
  const value = parseJson(`{"big":9223372036854775807,"n":1.50,"small":-3}`);
  assertEquals(jsonText(value, { indent: 0 }), `{"big":9223372036854775807,"n":1.5,"small":-3}`);
  assertEquals(jsonText(parseJson("[1.50,1e3]", "verbatim"), { indent: 0 }), "[1.50,1e3]");
});

Deno.test("jsonText() sorts keys at every level when asked to", () => {
  const value = parseJson(`{"b":{"d":1,"c":[{"z":1,"a":18446744073709551615}]},"a":null}`);
  assertEquals(
    jsonText(value, { indent: 0, sorted: true }),
    `{"a":null,"b":{"c":[{"a":18446744073709551615,"z":1}],"d":1}}`,
  );
});

Deno.test("jsonText() is safe inside of HTML unless told otherwise", () => {
  const text = "<a & b>\u2028";
  assertEquals(jsonText(text), `"\\u003ca \\u0026 b\\u003e\\u2028"`);
  assertEquals(jsonText(text, { plain: true }), `"${text}"`);
});

Deno.test("plainNumbers() makes exact integers of kept digits", () => {
  assertEquals(plainNumbers(parseJson(`{"n":[9007199254740993]}`)), { n: [9007199254740993n] });
});
