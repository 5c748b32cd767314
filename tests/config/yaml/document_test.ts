import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { YamlDocument } from "../../../config/yaml/document.ts";
import type { YamlValue } from "../../../config/yaml/value.ts";

function plain(value: YamlValue): unknown {
  if (value.kind === "list") return value.items().map(plain);
  if (value.kind !== "map") return value.kind === "null" ? null : value.text;
  return Object.fromEntries([...value.entries("names")].map(([name, entry]) => [name, plain(entry)]));
}

function read(text: string): unknown {
  return plain(new YamlDocument("f.yaml", text).root);
}

Deno.test("YamlDocument keeps what was typed", () => {
  const text = `a: 0123\nb: 1.50\nc: true\nd: 'it''s'\ne: "tab\\t"\nf: |\n  two\n  lines\ng: ~\nh:\ni: "~"\n`;
  assertEquals(read(text), {
    a: "0123",
    b: "1.50",
    c: "true",
    d: "it's",
    e: "tab\t",
    f: "two\nlines\n",
    g: null,
    h: null,
    i: "~",
  });
});

Deno.test("YamlDocument reads the first document and no further", () => {
  assertEquals(read("a: 1\n---\nb: [\n"), { a: "1" });
  assertEquals(read("---\na: 1\n...\nb: {{{\n"), { a: "1" });
});

Deno.test("YamlDocument takes a byte order mark, comments and a null root", () => {
  assertEquals(read("\ufeffa: 1"), { a: "1" });
  assertEquals(read("# hello\na: 1 # one\n"), { a: "1" });
  assertEquals(read("null"), null);
});

for (const text of ["", "\n\n", "# nothing\n# here\n"]) {
  Deno.test(`YamlDocument refuses the empty file ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => read(text), ConfigError);
    assertEquals(error.message, "f.yaml: is empty");
  });
}

const FAULTS: readonly (readonly [text: string, line: number, words: string])[] = [
  ["a: [1, 2\nb: 3\n", 2, "is not valid YAML"],
  ["a: 1\n\tb: 2\n", 2, "Tabs are not allowed"],
  ["a: 1\nb: c: d\n", 2, "Nested mappings"],
  ["a: 1\nb: !secret x\n", 2, "Unresolved tag"],
  ["a: 1\nb: *missing\n", 2, "is an alias, and there is no anchor of that name before it"],
  ["a: *later\nb: &later 1\n", 1, "is an alias, and there is no anchor of that name before it"],
  ["a: 1\nb: 2\na: 3\n", 3, `["a"]: is written twice, first on line 1`],
  [`5: a\n"5": b\n`, 2, `["5"]: is written twice, first on line 1`],
  ["? {a: 1}\n: 2\n", 1, "a key must be a single value, not a mapping"],
  ["a:\n  <<: 5\n", 2, "<< must be given a mapping"],
  ["a: &a\n  <<: *a\n", 2, "must not lead back"],
];
for (const [text, line, words] of FAULTS) {
  Deno.test(`YamlDocument tells the line of the fault in ${JSON.stringify(text)}`, () => {
    const error = assertThrows(() => read(text), ConfigError, words);
    assertEquals([error.file, error.line], ["f.yaml", line]);
  });
}

Deno.test("YamlDocument keeps source text out of messages, since it may be a token", () => {
  for (
    const text of [`a: "hush\\xhush"`, `a: 'hush' hush\n`, "a: hush\n  - hush: hush\n", "a: {b: hush}} hush"]
  ) {
    const error = assertThrows(() => read(text), ConfigError);
    assertEquals(error.message.includes("hush"), false, error.message);
  }
});

Deno.test("YamlDocument resolves anchors, each alias to the last anchor before it", () => {
  assertEquals(read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"), { a: "1", b: "1", c: "2", d: "2" });
  assertEquals(read("a: &x {b: 1}\nc: *x\n"), { a: { b: "1" }, c: { b: "1" } });
});

Deno.test("YamlDocument fills in <<: own keys win, then the first mapping", () => {
  const text = `
a: &a { x: 1, y: 1 }
b: &b { y: 2, z: 2 }
one: { <<: *a, y: own }
two: { y: own, <<: *a }
all: { <<: [*a, *b] }
deep: { <<: { <<: *a, x: 9 } }
text: { "<<": kept }
`;
  const { one, two, all, deep, text: kept } = read(text) as Record<string, unknown>;
  assertEquals(one, { x: "1", y: "own" });
  assertEquals(two, { x: "1", y: "own" });
  assertEquals(all, { x: "1", y: "1", z: "2" });
  assertEquals(deep, { x: "9", y: "1" });
  assertEquals(kept, { "<<": "kept" });
});

Deno.test("YamlDocument.places knows where keys stand that were looked at", () => {
  const document = new YamlDocument("f.yaml", "a:\n  b: 1\n  c:\n    - x\n    - y\n");
  const entry = document.root.entries("fields").get("a");
  entry?.entries("fields").get("c")?.items();
  const lines = ["a", "a.b", "a.c", "a.c[0]", "a.c[1]"].map((key) => document.places.find(key)?.line);
  assertEquals(lines, [1, 2, 3, 4, 5]);
});

Deno.test("YamlDocument.places gives the line of the nearest key around one that was not written", () => {
  const document = new YamlDocument("f.yaml", "# first\na:\n  b: 1\n");
  document.root.entries("fields").get("a")?.entries("fields");
  assertEquals(document.places.find("a.missing.deep[3]")?.line, 2);
  assertEquals(document.places.find(`other["x"].y`)?.line, 2);
});
