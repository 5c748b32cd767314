import { assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { ConfigError, MissingVariableError } from "../../../config/config_error.ts";
import { lettsConfig } from "../../../config/letts/config.ts";
import { readLettsConfig } from "../../../config/letts/open.ts";
import type { DugdaleFields, LettsYaml } from "../../../config/letts/types.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import { TempDir } from "../temp_dir.ts";

const s1: DugdaleFields = { id: "s1", host: "10.0.0.1" };

function open(shape: LettsYaml, variables: Readonly<Record<string, string>> = {}): LettsConfig {
  return lettsConfig(shape, { env: (name) => variables[name] });
}

/** A configuration of `s1` alone, with these keys. */
function openOne(
  fields: DugdaleFields,
  variables: Readonly<Record<string, string>> = {},
  rest: LettsYaml = {},
) {
  const config = open({ ...rest, dugdales: [{ ...s1, ...fields }] }, variables);
  return { config, dugdale: config.dugdale("s1") };
}

Deno.test("LettsConfig.dugdales are in the order of the file and show no secrets", () => {
  const config = open({
    auth: { token: "hush" },
    dugdales: [{ ...s1, id: "z", token: "hush", proxy: "http://u:hush@p" }, { ...s1, id: "a" }],
  });
  assertEquals(config.dugdales.map(({ id }) => id), ["z", "a"]);
  assertEquals(Deno.inspect(config, { depth: 9 }).includes("hush"), false);
});

Deno.test("LettsConfig.dugdale() takes ids, aliases and numbers", () => {
  const config = open({ aliases: { a: "b", b: "s1", 5: "a" }, dugdales: [s1] });
  for (const host of ["s1", "a", "b", "5", 5]) assertEquals(config.dugdale(host).id, "s1");
});

Deno.test("LettsConfig.dugdale() follows seven aliases, also with variables in them", () => {
  const aliases = { a1: "a2", a2: "a3", a3: "${NEXT}", a4: "a5", a5: "a6", a6: "a7", a7: "s1" };
  assertEquals(open({ aliases, dugdales: [s1] }, { NEXT: "a4" }).dugdale("a1").id, "s1");
});

Deno.test("LettsConfig.dugdale() lets an id win over an alias that a variable leads to", () => {
  const config = open({ aliases: { web: "${H}" }, dugdales: [s1, { id: "s2", host: "h" }] }, { H: "s2" });
  assertEquals(config.dugdale("web").id, "s2");
});

const LOST: readonly (readonly [aliases: Readonly<Record<string, string>>, host: string, words: string])[] = [
  [{}, "nobody", `host "nobody" not found in aliases or dugdales[].id`],
  [{}, "", `host "" not found`],
  [{}, "constructor", `host "constructor" not found`],
  [{ a: "${EMPTY}" }, "a", `host "" not found in aliases or dugdales[].id`],
  [{ a: "${NOBODY}" }, "a", `host "nobody" not found`],
  [{ a: "${SELF}" }, "a", "self-referential"],
  [{ a: "b", b: "${SELF}" }, "a", "cycle: a → b → a"],
  [
    { b1: "b2", b2: "b3", b3: "b4", b4: "b5", b5: "b6", b6: "b7", b7: "b8", b8: "${ID}" },
    "b1",
    "depth exceeded",
  ],
];
for (const [aliases, host, words] of LOST) {
  Deno.test(`LettsConfig.dugdale() cannot find ${JSON.stringify(host)} with ${JSON.stringify(aliases)}`, () => {
    const variables = { EMPTY: "", NOBODY: "nobody", SELF: "a", ID: "s1" };
    const config = open({ aliases, dugdales: [s1] }, variables);
    assertEquals(assertThrows(() => config.dugdale(host), ConfigError, words).stage, "use");
  });
}

Deno.test("LettsConfig.dugdale() names the unset variable of an alias and its place", () => {
  using dir = new TempDir();
  const file = dir.write("letts.yaml", "aliases:\n  a: b\n  b: ${GONE}\ndugdales: [{id: s1, host: h}]\n");
  const config = readLettsConfig({ path: file, env: () => undefined });
  const error = assertThrows(() => config.dugdale("a"), MissingVariableError);
  assertEquals([error.variable, error.file, error.line, error.key], ["GONE", file, 3, `aliases["b"]`]);
});

Deno.test("LettsConfig.route() gives dugdale and lane", () => {
  const config = open({
    aliases: { web: "s1" },
    routes: { normal: { host: "web", lane: "l" } },
    dugdales: [s1],
  });
  const { dugdale, lane } = config.route("normal");
  assertEquals([dugdale.id, lane], ["s1", "l"]);
});

Deno.test("LettsConfig.route() fails on unknown names, no host, and variables that stand in the host itself", () => {
  const routes = { empty: { lane: "l" }, variable: { host: "${H}", lane: "l" } };
  const config = open({ routes, dugdales: [s1] }, { H: "s1" });
  assertThrows(() => config.route("toString"), ConfigError, `there is no route "toString"`);
  assertThrows(() => config.route("empty"), ConfigError, `host "" not found`);
  assertThrows(() => config.route("variable"), ConfigError, `host "\${H}" not found`);
});

Deno.test("LettsConfig.candidates() carry all labels and list the lane, in the order of the file", () => {
  const config = open({
    dugdales: [
      { id: "b", host: "h", labels: ["prod", "big"], lanes: { slow: {}, fast: {} } },
      { id: "a", host: "h", labels: ["prod"], lanes: { fast: {} } },
      { id: "c", host: "h", lanes: { constructor: {} } },
    ],
  });
  const ids = (lane: string | undefined, labels: readonly string[]) =>
    config.candidates(lane, labels).map(({ id }) => id);
  assertEquals(ids(undefined, []), ["b", "a", "c"]);
  assertEquals(ids("fast", []), ["b", "a"]);
  assertEquals(ids("slow", ["prod"]), ["b"]);
  assertEquals(ids(undefined, ["prod", "big"]), ["b"]);
  assertEquals(ids("fast", ["big", "nope"]), []);
  assertEquals(ids("toString", []), []);
});

Deno.test("LettsConfig.selectorMatch is the list of the file, or empty", () => {
  assertEquals(open({ selector: { match: ["prod"] } }).selectorMatch, ["prod"]);
  assertEquals(open({}).selectorMatch, []);
});

const auth = { token: "gd", admin_token: "ga", exec_token: "ge" };

Deno.test("LettsConfig.token() prefers the dugdale's own, then its template's, then that of auth", () => {
  const own = openOne({ token: "od", admin_token: "oa", exec_token: "oe" }, {}, { auth });
  const none = openOne({}, {}, { auth });
  const template = openOne({ extends: "t" }, {}, { auth, templates: { t: { token: "td" } } });
  for (
    const [scope, mine, global] of [["dispatch", "od", "gd"], ["admin", "oa", "ga"], [
      "exec",
      "oe",
      "ge",
    ]] as const
  ) {
    assertEquals(own.config.token(own.dugdale, scope), mine);
    assertEquals(none.config.token(none.dugdale, scope), global);
  }
  assertEquals(template.config.token(template.dugdale, "dispatch"), "td");
});

Deno.test("LettsConfig.token() never takes the token of another scope", () => {
  const { config, dugdale } = openOne({ admin_token: "a" }, {}, { auth: { token: "t" } });
  const error = assertThrows(() => config.token(dugdale, "exec"), ConfigError);
  assertEquals(error.message, `dugdales[0]: dugdale "s1" has no exec token (exec_token)`);
});

const FILLED: readonly (readonly [text: string, expected: string])[] = [
  ["${A}", "one"],
  ["Bearer-${A}-${B}", "Bearer-one-two"],
  ["${A}${A}", "oneone"],
  ["${NESTED}", "${A}"],
  ["$A", "$A"],
  ["$${A}", "$one"],
  ["${}", "${}"],
  ["${1X}", "${1X}"],
  ["${A", "${A"],
  ["${ A }", "${ A }"],
  ["x${EMPTY}", "x"],
];
for (const [text, expected] of FILLED) {
  Deno.test(`LettsConfig.token() reads ${text} as ${expected}`, () => {
    const variables = { A: "one", B: "two", NESTED: "${A}", EMPTY: "", "1X": "no", "": "no" };
    const { config, dugdale } = openOne({ token: text }, variables);
    assertEquals(config.token(dugdale, "dispatch"), expected);
  });
}

Deno.test("LettsConfig fills variables into tokens of auth and templates too, and into nothing that is sent or dialled", () => {
  const variables = { A: "one" };
  const global = openOne({}, variables, { auth: { token: "${A}", admin_token: "${A}", exec_token: "${A}" } });
  const template = openOne({ extends: "t" }, variables, {
    templates: { t: { token: "${A}", proxy: "http://${A}" } },
  });
  for (const scope of ["dispatch", "admin", "exec"] as const) {
    assertEquals(global.config.token(global.dugdale, scope), "one");
  }
  assertEquals(template.config.token(template.dugdale, "dispatch"), "one");
  assertEquals(template.config.proxy(template.dugdale), "http://one");

  const runtime = { mission_path_template: "${A}", command_template: ["${A}"] };
  const sent = openOne({ mission_dir: "${A}", runtime }, variables);
  assertEquals(sent.config.applyBody(sent.dugdale), {
    mission_dir: "${A}",
    labels: null,
    lanes: {},
    runtime: { ...runtime, validate_mission_file: false },
  });
  for (const address of [{ host: "${A}" }, { url: "http://${A}/" }]) {
    const dialled = openOne(address, variables);
    assertEquals(dialled.config.baseUrl(dialled.dugdale).hostname, "${a}");
  }
});

Deno.test("LettsConfig.token() names the first unset variable, and where it stands", () => {
  using dir = new TempDir();
  const text = 'auth:\n  token: "${X}${Y}"\ndugdales:\n- id: s1\n  host: h\n  admin_token: ${Z}\n';
  const file = dir.write("letts.yaml", text);
  const config = readLettsConfig({ path: file, env: () => undefined });
  const dispatch = assertThrows(() => config.token(config.dugdale("s1"), "dispatch"), MissingVariableError);
  assertEquals([dispatch.variable, dispatch.line, dispatch.key], ["X", 2, "auth.token"]);
  const admin = assertThrows(() => config.token(config.dugdale("s1"), "admin"), MissingVariableError);
  assertEquals([admin.variable, admin.line, admin.key], ["Z", 6, "dugdales[0].admin_token"]);
});

Deno.test("LettsConfig.token() refuses a token that turns out empty", () => {
  const { config, dugdale } = openOne({ token: "${EMPTY}" }, { EMPTY: "" }, { auth });
  const error = assertThrows(() => config.token(dugdale, "dispatch"), ConfigError, "is empty");
  assertEquals(error.code, "config");
});

Deno.test("LettsConfig.proxy() is undefined when there is none or it turns out empty", () => {
  const without = openOne({});
  assertEquals(without.config.proxy(without.dugdale), undefined);
  const empty = openOne({ proxy: "${P}" }, { P: "" });
  assertEquals(empty.config.proxy(empty.dugdale), undefined);
});

Deno.test("LettsConfig.proxy() fills variables in and keeps the rest as written", () => {
  const { config, dugdale } = openOne({ proxy: "socks5h://${U}:${P}@proxy:1080" }, { U: "me", P: "pw" });
  assertEquals(config.proxy(dugdale), "socks5h://me:pw@proxy:1080");
});

Deno.test("LettsConfig.proxy() checks what variables bring in, without showing it", () => {
  for (const value of ["ftp://u:hush@p", "hush", "http://"]) {
    const { config, dugdale } = openOne({ proxy: "${P}" }, { P: value });
    const error = assertThrows(() => config.proxy(dugdale), ConfigError, `dugdales[0].proxy ("s1")`);
    assertEquals(error.message.includes("hush"), false);
  }
  const unset = openOne({ proxy: "${P}" });
  assertInstanceOf(assertThrows(() => unset.config.proxy(unset.dugdale)), MissingVariableError);
});

Deno.test("LettsConfig.baseUrl() uses url, else host with a port", () => {
  const rest = { defaults: { port: 7000 } };
  const url = openOne({ url: "https://x/base/", port: 1 }, {}, rest);
  assertEquals(url.config.baseUrl(url.dugdale).href, "https://x/base/");
  const port = openOne({ port: 6000 }, {}, rest);
  assertEquals(port.config.baseUrl(port.dugdale).href, "http://10.0.0.1:6000/");
  const global = openOne({}, {}, rest);
  assertEquals(global.config.baseUrl(global.dugdale).href, "http://10.0.0.1:7000/");
});

Deno.test("LettsConfig.baseUrl() reports which key cannot be used", () => {
  const { config, dugdale } = openOne({ url: "ftp://x" });
  assertThrows(() => config.baseUrl(dugdale), ConfigError, `dugdales[0].url ("s1"): must be a URL`);
});

Deno.test("LettsConfig.applyBody() sends everything that is written", () => {
  const { config, dugdale } = openOne({
    mission_dir: "/srv",
    labels: ["prod"],
    lanes: { a: { concurrency: 2, paused: true }, b: { concurrency: 1, paused: false }, c: {}, d: null },
    runtime: {
      mission_path_template: "{mission}.php",
      command_template: ["php"],
      validate_mission_file: true,
    },
  });
  assertEquals(config.applyBody(dugdale), {
    mission_dir: "/srv",
    labels: ["prod"],
    lanes: { a: { concurrency: 2, paused: true }, b: { concurrency: 1 }, c: { concurrency: 0 } },
    runtime: {
      mission_path_template: "{mission}.php",
      command_template: ["php"],
      validate_mission_file: true,
    },
  });
});

Deno.test("LettsConfig.applyBody() of a bare dugdale says null for labels and leaves templates out", () => {
  const { config, dugdale } = openOne({});
  assertEquals(config.applyBody(dugdale), {
    mission_dir: "",
    labels: null,
    lanes: {},
    runtime: { validate_mission_file: false },
  });
});

Deno.test("LettsConfig.applyBody() sends the options of all lanes once one has some, and none otherwise", () => {
  const { config, dugdale } = openOne({
    lanes: { a: { concurrency: 2, timeout: "1m", pick: "weighted" }, b: { concurrency: 1 } },
  });
  const { lanes, lane_options } = config.applyBody(dugdale);
  assertEquals(lanes, { a: { concurrency: 2 }, b: { concurrency: 1 } });
  assertEquals(lane_options, { a: { timeout: "1m", pick: "weighted" }, b: null });
});
