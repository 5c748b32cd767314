import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { parseLettsFile } from "../../../config/letts/file.ts";

const parse = (text: string) => parseLettsFile({ file: "letts.yaml", text }).yaml;

Deno.test("parseLettsFile() reads every key", () => {
  const yaml = parse(`
auth: { token: a, admin_token: b, exec_token: c }
defaults: { port: 7000 }
selector: { match: [prod, Any Text] }
aliases: { web: s1, 5: web, here: "\${HERE}" }
routes: { normal: { host: web, lane: normal } }
templates:
  base:
    mission_dir: /srv
    runtime: { mission_path_template: "{mission}", command_template: [php, x], validate_mission_file: yes }
    labels: [prod]
    token: a
    admin_token: b
    exec_token: c
    proxy: http://p:1
    lanes: { normal: { concurrency: 2, paused: on } }
dugdales:
  - { id: s1, host: 10.0.0.1, port: 7180, url: http://x, proxy: null, extends: base, lanes: { a: null, b: {} } }
`);
  assertEquals(yaml, {
    auth: { token: "a", admin_token: "b", exec_token: "c" },
    defaults: { port: 7000 },
    selector: { match: ["prod", "Any Text"] },
    aliases: { "5": "web", web: "s1", here: "${HERE}" },
    routes: { normal: { host: "web", lane: "normal" } },
    templates: {
      base: {
        mission_dir: "/srv",
        runtime: {
          mission_path_template: "{mission}",
          command_template: ["php", "x"],
          validate_mission_file: true,
        },
        labels: ["prod"],
        token: "a",
        admin_token: "b",
        exec_token: "c",
        proxy: "http://p:1",
        lanes: { normal: { concurrency: 2, paused: true } },
      },
    },
    dugdales: [{
      id: "s1",
      host: "10.0.0.1",
      port: 7180,
      url: "http://x",
      proxy: null,
      extends: "base",
      lanes: { a: null, b: {} },
    }],
  });
});

Deno.test("parseLettsFile() takes an empty configuration", () => {
  for (const text of ["{}", "null", "~", "---\n"]) assertEquals(parse(text), {});
  assertEquals(parse("dugdales:\nauth:\naliases: {}\n"), { auth: {}, aliases: {} });
});

Deno.test("parseLettsFile() reads a template's empty lane as a lane", () => {
  assertEquals(parse("templates: { base: { lanes: { a: null } } }").templates?.base?.lanes, { a: {} });
});

Deno.test("parseLettsFile() drops the fraction of a concurrency, and checks it no further", () => {
  const lanes = "lanes: { a: { concurrency: 1.5 }, b: { concurrency: -2 }, c: { concurrency: 0 } }";
  assertEquals(parse(`dugdales: [{ id: s1, host: h, ${lanes} }]`).dugdales?.[0]?.lanes, {
    a: { concurrency: 1 },
    b: { concurrency: -2 },
    c: { concurrency: 0 },
  });
});

Deno.test("parseLettsFile() sees keys through anchors and <<", () => {
  const { dugdales } = parse(`
dugdales:
  - &one { id: one, host: h, port: 1, labels: &l [prod] }
  - { <<: *one, id: two, port: 2 }
  - { id: three, host: h, labels: *l }
`);
  assertEquals(dugdales, [
    { id: "one", host: "h", port: 1, labels: ["prod"] },
    { id: "two", host: "h", port: 2, labels: ["prod"] },
    { id: "three", host: "h", labels: ["prod"] },
  ]);
});

/** Each text breaks one rule; the error must name the line and the key, and say the words. */
const FAULTS: readonly (readonly [rule: string, text: string, line: number, key: string, words: string])[] = [
  ["unknown key at the root", "a: 1\n", 1, "a", "is not a known key"],
  ["key in another case", "\nAuth: {}\n", 2, "Auth", "is not a known key"],
  ["unknown key of auth", "auth:\n  tokn: a\n", 2, "auth.tokn", "is not a known key"],
  ["unknown key of defaults", "defaults: { host: a }", 1, "defaults.host", "is not a known key"],
  ["unknown key of selector", "selector: { any: [] }", 1, "selector.any", "is not a known key"],
  ["unknown key of a route", "routes:\n  r:\n    hosts: a\n", 3, `routes["r"].hosts`, "is not a known key"],
  ["id in a template", "templates: { t: { id: a } }", 1, `templates["t"].id`, "is not a known key"],
  ["host in a template", "templates: { t: { host: a } }", 1, `templates["t"].host`, "is not a known key"],
  ["port in a template", "templates: { t: { port: 1 } }", 1, `templates["t"].port`, "is not a known key"],
  ["url in a template", "templates: { t: { url: a } }", 1, `templates["t"].url`, "is not a known key"],
  [
    "extends in a template",
    "templates: { t: { extends: b } }",
    1,
    `templates["t"].extends`,
    "is not a known key",
  ],
  [
    "unknown key of a lane",
    "dugdales:\n- lanes:\n    a:\n      size: 1\n",
    4,
    `dugdales[0].lanes["a"].size`,
    "is not",
  ],
  [
    "unknown key of runtime",
    "dugdales:\n- runtime: { cmd: a }",
    2,
    "dugdales[0].runtime.cmd",
    "is not a known key",
  ],
  [
    "unknown key from <<",
    "auth: &a {token: x}\ndefaults: {<<: *a}\n",
    1,
    "defaults.token",
    "is not a known key",
  ],
  ["key written twice", "auth: {}\nroutes: {}\nauth: {}\n", 3, "auth", "is written twice, first on line 1"],
  [
    "alias written twice",
    `aliases:\n  5: a\n  "5": b\n`,
    3,
    `aliases["5"]`,
    "is written twice, first on line 2",
  ],
  ["root is a list", "- a\n", 1, "", "must be a mapping, not a list"],
  ["root is a text", "hello\n", 1, "", "must be a mapping, not a single value"],
  ["auth is a text", "auth: x\n", 1, "auth", "must be a mapping, not a single value"],
  ["labels is a string", "dugdales:\n- id: a\n  labels: prod\n", 3, "dugdales[0].labels", "must be a list"],
  [
    "labels has a list",
    "dugdales:\n- labels:\n  - [a]\n",
    3,
    "dugdales[0].labels[0]",
    "must be a string, not a list",
  ],
  ["token is a list", "auth:\n  token:\n  - a\n", 2, "auth.token", "must be a string, not a list"],
  [
    "host is a mapping",
    "dugdales:\n- host: {a: 1}\n",
    2,
    "dugdales[0].host",
    "must be a string, not a mapping",
  ],
  [
    "quoted port",
    `dugdales:\n- id: a\n  port: "7180"\n`,
    3,
    "dugdales[0].port",
    "must be a number without quotes",
  ],
  ["port with a fraction", "defaults:\n  port: 1.5\n", 2, "defaults.port", "must be a whole number, not 1.5"],
  [
    "quoted bool",
    `dugdales:\n- lanes: {a: {paused: "false"}}`,
    2,
    `dugdales[0].lanes["a"].paused`,
    "without quotes",
  ],
  ["dugdales is a mapping", "dugdales: {s1: {}}\n", 1, "dugdales", "must be a list, not a mapping"],
  // Name checks, in their order.
  [
    "defaults.port too large",
    "defaults:\n  port: 65536\n",
    2,
    "defaults.port",
    "must be 0 to 65535, not 65536",
  ],
  ["defaults.port below 0", "defaults: {port: -1}", 1, "defaults.port", "must be 0 to 65535, not -1"],
  ["id missing", "dugdales:\n- host: a\n", 2, "dugdales[0].id", "must not be missing or empty"],
  ["dugdale is null", "dugdales:\n-\n", 2, "dugdales[0].id", "must not be missing or empty"],
  ["id in capitals", "dugdales:\n- id: S1\n", 2, "dugdales[0].id", `id "S1" must be 1 to 64 of a-z`],
  ["id with a line end", `dugdales: [{id: "a\\n"}]`, 1, "dugdales[0].id", "must be 1 to 64"],
  ["id too long", `dugdales: [{id: ${"a".repeat(65)}}]`, 1, "dugdales[0].id", "must be 1 to 64"],
  [
    "id twice",
    "dugdales:\n- id: a\n- id: b\n- id: a\n",
    4,
    "dugdales[2].id",
    `id "a" is taken by dugdales[0]`,
  ],
  [
    "port too large",
    "dugdales:\n- id: a\n  port: 70000\n",
    3,
    "dugdales[0].port",
    `("a"): must be 0 to 65535, not 70000`,
  ],
  ["proxy scheme", "dugdales:\n- id: a\n  proxy: ftp://p\n", 3, "dugdales[0].proxy", `("a"): must be a URL`],
  ["proxy without scheme", "dugdales: [{id: a, proxy: p:1080}]", 1, "dugdales[0].proxy", "must be a URL"],
  [
    "lane name",
    "dugdales:\n- id: a\n  lanes:\n    Big: {}\n",
    4,
    `dugdales[0].lanes["Big"]`,
    `lane name "Big"`,
  ],
  [
    "lane name too long",
    `dugdales: [{id: a, lanes: {${"a".repeat(33)}: {}}}]`,
    1,
    `dugdales[0].lanes["${"a".repeat(33)}"]`,
    "1 to 32",
  ],
  [
    "name of a removed lane",
    "dugdales: [{id: a, lanes: {9a: null}}]",
    1,
    `dugdales[0].lanes["9a"]`,
    "lane name",
  ],
  ["label", "dugdales:\n- id: a\n  labels:\n  - ok\n  - No\n", 5, "dugdales[0].labels[1]", `label "No"`],
  ["empty label", "dugdales: [{id: a, labels: [~]}]", 1, "dugdales[0].labels[0]", `label ""`],
  ["template name", "templates:\n  Base: {}\n", 2, `templates["Base"]`, `template name "Base"`],
  ["template proxy", "templates: {t: {proxy: socks4://p}}", 1, `templates["t"].proxy`, "not socks4://"],
  ["template lane", "templates: {t: {lanes: {A: {}}}}", 1, `templates["t"].lanes["A"]`, "lane name"],
  ["template label", "templates: {t: {labels: [A]}}", 1, `templates["t"].labels[0]`, "label"],
  ["route name", "routes: {R: {lane: a}}", 1, `routes["R"]`, "route name"],
  [
    "route without lane",
    "\nroutes:\n  r: {host: a}\n",
    3,
    `routes["r"].lane`,
    "must not be missing or empty",
  ],
  ["route is null", "routes: {r: }", 1, `routes["r"].lane`, "must not be missing or empty"],
  ["route lane", "routes:\n  r:\n    lane: A\n", 3, `routes["r"].lane`, `lane name "A"`],
  ["alias key", "aliases:\n  a: b\n  A: b\n", 3, `aliases["A"]`, `alias "A"`],
  ["a name that objects have", "aliases: {__proto__: a}", 1, `aliases["__proto__"]`, "alias"],
  ["alias without value", "aliases: {a: }", 1, `aliases["a"]`, "value must not be empty"],
  ["alias value", "aliases: {a: S1}", 1, `aliases["a"]`, `value: id "S1"`],
  ["numeric alias value", "aliases: {a: 5}", 1, `aliases["a"]`, `value: id "5"`],
];
for (const [rule, text, line, key, words] of FAULTS) {
  Deno.test(`parseLettsFile() refuses: ${rule}`, () => {
    const error = assertThrows(() => parse(text), ConfigError, words);
    assertEquals([error.file, error.line, error.key, error.stage], ["letts.yaml", line, key, "parse"]);
  });
}

const ORDER: readonly (readonly [first: string, text: string])[] = [
  ["defaults.port", "dugdales: [{id: A}]\ndefaults: {port: -1}"],
  ["dugdales[0].id", "templates: {T: {}}\ndugdales: [{id: A}]"],
  [`templates["T"]`, "routes: {R: {}}\ntemplates: {T: {}}"],
  [`routes["R"]`, "aliases: {A: b}\nroutes: {R: {}}"],
  ["dugdales[0].id", "dugdales: [{labels: [A], lanes: {A: {}}, proxy: x, port: -1, id: A}]"],
  ["dugdales[0].port", "dugdales: [{labels: [A], lanes: {A: {}}, proxy: x, port: -1, id: a}]"],
  ["dugdales[0].proxy", "dugdales: [{labels: [A], lanes: {A: {}}, proxy: x, id: a}]"],
  [`dugdales[0].lanes["A"]`, "dugdales: [{labels: [A], lanes: {A: {}}, id: a}]"],
  [`templates["a"].labels[0]`, "templates: {b: {labels: [A]}, a: {labels: [A]}}"],
  ["dugdales[1].nope", "dugdales: [{id: A}, {nope: 1}]"],
];
for (const [first, text] of ORDER) {
  Deno.test(`parseLettsFile() tells the fault of ${first} first in ${JSON.stringify(text)}`, () => {
    assertEquals(assertThrows(() => parse(text), ConfigError).key, first);
  });
}

const ACCEPTED = [
  "routes: {r: {lane: a}}",
  "routes: {r: {lane: a, host: '${H}'}}",
  "routes: {r: {lane: a, host: 5}}",
  "aliases: {a: '${not a name', 5: x, 0-a_b: y}",
  "dugdales: [{id: a, proxy: 'SOCKS5H://u:p@h:1'}, {id: b, proxy: '${P}'}, {id: c, proxy: 'x://${P}'}]",
  "dugdales: [{id: a, port: 0}, {id: b, port: 65535}]",
  "dugdales: []",
  "selector: {match: [No Label!]}",
  "dugdales: [{id: constructor}]",
  "dugdales: [{id: a, mission_dir: 'no/../such dir'}]",
];
for (const text of ACCEPTED) {
  Deno.test(`parseLettsFile() accepts ${text}`, () => {
    parse(text);
  });
}

Deno.test("parseLettsFile() keeps passwords of proxies out of messages", () => {
  const text = "dugdales: [{id: a, proxy: 'user:hush@host'}, {id: b}]";
  assertEquals(assertThrows(() => parse(text), ConfigError).message.includes("hush"), false);
});

Deno.test("parseLettsFile() refuses an option of a lane that the wire does not take, and names its place", () => {
  const open = (option: string) => () => parse(`templates: { base: { lanes: { a: { ${option} } } } }`);
  assertThrows(open("timeout: 5"), ConfigError, "must be a duration such as 250ms, 30s or 1h30m");
  assertThrows(
    open("pick: any"),
    ConfigError,
    `templates["base"].lanes["a"].pick: must be strict or weighted`,
  );
  assertThrows(
    open("rate: { count: 0, per: 1s }"),
    ConfigError,
    `templates["base"].lanes["a"].rate: count must be a whole number from 1 to 1000000`,
  );
  assertThrows(
    open("rate: { count: 1, per: 0s }"),
    ConfigError,
    "per must be longer than 0 and at most a year",
  );
  assertThrows(open("rate: { count: 1 }"), ConfigError, "rate: ");
  assertThrows(open("per_key: 0"), ConfigError, "per_key: must be a whole number from 1 to 1000000");
});
