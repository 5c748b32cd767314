import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { readLettsConfig } from "../../../config/letts/open.ts";
import { TempDir } from "../temp_dir.ts";

const CHAIN_OF_7 = "aliases: {a1: a2, a2: a3, a3: a4, a4: a5, a5: a6, a6: a7, a7: s1}\n";
const CHAIN_OF_8 = "aliases: {a1: a2, a2: a3, a3: a4, a4: a5, a5: a6, a6: a7, a7: a8, a8: s1}\n";
const S1 = "dugdales:\n- {id: s1, host: h}\n";

const FAULTS: readonly (readonly [text: string, line: number, key: string, words: string])[] = [
  [
    "aliases:\n  s1: s2\ndugdales: [{id: s1, host: h}, {id: s2, host: h}]\n",
    2,
    `aliases["s1"]`,
    "is the id of a dugdale",
  ],
  ["aliases: {a: a}\n" + S1, 1, `aliases["a"]`, "self-referential"],
  ["aliases:\n  a: b\n  b: a\n" + S1, 2, `aliases["a"]`, "cycle: a → b → a"],
  [
    "aliases:\n  a: b\n  b: nobody\n" + S1,
    2,
    `aliases["a"]`,
    `host "nobody" not found in aliases or dugdales[].id`,
  ],
  [CHAIN_OF_8 + S1, 1, `aliases["a1"]`, "depth exceeded"],
  ["dugdales:\n- {id: s0, host: h}\n- {id: s1}\n", 3, "dugdales[1]", `("s1"): needs host or url`],
  ["templates: {t: {}}\ndugdales: [{id: s1, extends: t}]\n", 2, "dugdales[0]", "needs host or url"],
  ["routes:\n  r:\n    lane: a\n    host: nobody\n" + S1, 4, `routes["r"].host`, `host "nobody" not found`],
];
for (const [text, line, key, words] of FAULTS) {
  Deno.test(`readLettsConfig() refuses ${JSON.stringify(text)}`, () => {
    using dir = new TempDir();
    const file = dir.write("letts.yaml", text);
    const error = assertThrows(() => readLettsConfig({ path: file }), ConfigError, words);
    assertEquals([error.file, error.line, error.key, error.stage], [file, line, key, "parse"]);
    assertEquals(error.message.startsWith(`${file} (post-extends): line `), true, error.message);
  });
}

const STAGE_WORDS = { "a name": `id "S2"`, "a template": "no template", "the structure": "self-referential" };
const STAGES: readonly (readonly [first: keyof typeof STAGE_WORDS, then: string, text: string])[] = [
  ["a name", "a template", "dugdales: [{id: s1, host: h, extends: nobody}, {id: S2, host: h}]"],
  ["a template", "the structure", "aliases: {a: a}\ndugdales: [{id: s1, extends: nobody}]"],
  ["the structure", "the permissions", "auth: {token: plain}\naliases: {a: a}"],
];
for (const [first, then, text] of STAGES) {
  Deno.test(`readLettsConfig() checks ${first} before ${then}`, () => {
    using dir = new TempDir();
    const path = dir.write("letts.yaml", text, 0o644);
    assertThrows(() => readLettsConfig({ path }), ConfigError, STAGE_WORDS[first]);
  });
}

const ACCEPTED: readonly (readonly [why: string, text: string])[] = [
  ["seven aliases in a row", CHAIN_OF_7 + S1],
  ["an alias that a variable ends", "aliases: {a: b, b: '${NOBODY}'}\n"],
  ["a variable in a route's host", "routes: {r: {lane: a, host: '${H}'}}\n"],
  ["a route without host", "routes: {r: {lane: a}}\n"],
  ["a route to an alias", "aliases: {web: s1}\nroutes: {r: {lane: a, host: web}}\n" + S1],
  ["a route to an unknown lane", "routes: {r: {lane: nobody-has-it, host: s1}}\n" + S1],
  ["an unused template", "templates: {t: {}}\n"],
  ["a url that is none", "dugdales: [{id: s1, url: 'no url'}]\n"],
  ["an unset variable in a token", "auth: {token: '${NOBODY}'}\n" + S1],
];
for (const [why, text] of ACCEPTED) {
  Deno.test(`readLettsConfig() accepts ${why}`, () => {
    using dir = new TempDir();
    readLettsConfig({ path: dir.write("letts.yaml", text), env: () => undefined });
  });
}
