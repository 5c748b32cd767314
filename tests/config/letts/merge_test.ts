import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { readLettsFiles } from "../../../config/letts/open.ts";
import { parseLettsFile } from "../../../config/letts/file.ts";
import { mergeLettsFiles } from "../../../config/letts/merge.ts";
import type { DugdaleFields, LettsYaml } from "../../../config/letts/types.ts";
import { TempDir } from "../temp_dir.ts";

function merge(...texts: readonly string[]): LettsYaml {
  const [first, ...others] = texts.map((text, index) => parseLettsFile({ file: `${index}.yaml`, text }));
  if (!first) throw new Error("no texts");
  return others.reduce(mergeLettsFiles, first).yaml;
}

/** The dugdale `s1` of two files that each say something about it. */
function mergeDugdale(base: string, over: string): DugdaleFields {
  const dugdale = merge(`dugdales: [{id: s1, ${base}}]`, `dugdales: [{id: s1, ${over}}]`).dugdales?.[0];
  if (!dugdale) throw new Error("no dugdale");
  return dugdale;
}

Deno.test("mergeLettsFiles() replaces tokens and the port by what is not empty", () => {
  const base = "auth: {token: a, admin_token: b, exec_token: c}\ndefaults: {port: 1}";
  assertEquals(merge(base, "auth: {token: x, admin_token: ''}\ndefaults: {port: 0}").auth, {
    token: "x",
    admin_token: "b",
    exec_token: "c",
  });
  assertEquals(merge(base, "defaults: {port: 0}").defaults?.port, 1);
  assertEquals(merge(base, "defaults: {port: 2}").defaults?.port, 2);
});

Deno.test("mergeLettsFiles() replaces selector.match by a list that is not empty", () => {
  assertEquals(merge("selector: {match: [a]}", "selector: {match: []}").selector?.match, ["a"]);
  assertEquals(merge("selector: {match: [a]}", "selector: {match: [b]}").selector?.match, ["b"]);
  assertEquals(merge("{}", "selector: {match: [b]}").selector?.match, ["b"]);
});

Deno.test("mergeLettsFiles() joins aliases, routes and templates, later entries replacing whole ones", () => {
  const base =
    "aliases: {a: x, b: y}\nroutes: {r: {host: h, lane: l}}\ntemplates: {t: {token: a, labels: [l]}}";
  const over = "aliases: {b: z, c: w}\nroutes: {r: {lane: m}, q: {lane: n}}\ntemplates: {t: {token: b}}";
  const { aliases, routes, templates } = merge(base, over);
  assertEquals(aliases, { a: "x", b: "z", c: "w" });
  assertEquals(routes, { r: { lane: "m" }, q: { lane: "n" } });
  assertEquals(templates, { t: { token: "b" } });
});

Deno.test("mergeLettsFiles() matches dugdales by id and appends new ones", () => {
  const merged = merge(
    "dugdales: [{id: a, host: 1}, {id: b, host: 2}]",
    "dugdales: [{id: c}, {id: b, host: 9}]",
  );
  assertEquals(merged.dugdales?.map(({ id, host }) => [id, host]), [["a", "1"], ["b", "9"], ["c", ""]]);
});

Deno.test("mergeLettsFiles() puts many files over each other from left to right", () => {
  assertEquals(merge("auth: {token: a}", "auth: {token: b}", "auth: {token: c}").auth?.token, "c");
});

type Field = (dugdale: DugdaleFields) => unknown;
const CASES: readonly (readonly [base: string, over: string, field: Field, expected: unknown])[] = [
  ["host: a", "host: b", (d) => d.host, "b"],
  ["host: a", "host: ''", (d) => d.host, "a"],
  ["port: 1", "port: 2", (d) => d.port, 2],
  ["port: 1", "port: 0", (d) => d.port, 1],
  ["url: 'http://a'", "url: 'http://b'", (d) => d.url, "http://b"],
  ["extends: a", "extends: b", (d) => d.extends, "b"],
  ["extends: a", "extends: ''", (d) => d.extends, "a"],
  ["mission_dir: a", "mission_dir: b", (d) => d.mission_dir, "b"],
  [
    "token: a, admin_token: b, exec_token: c",
    "admin_token: x",
    (d) => [d.token, d.admin_token, d.exec_token],
    [
      "a",
      "x",
      "c",
    ],
  ],
  ["runtime: {mission_path_template: a}", "runtime: {}", (d) => d.runtime?.mission_path_template, "a"],
  [
    "runtime: {mission_path_template: a}",
    "runtime: {mission_path_template: b}",
    (d) => d.runtime?.mission_path_template,
    "b",
  ],
  ["labels: [a]", "labels: [b]", (d) => d.labels, ["b"]],
  ["labels: [a]", "labels: []", (d) => d.labels, ["a"]],
  ["labels: []", "host: h", (d) => d.labels, []],
  ["host: h", "host: h", (d) => d.labels, undefined],
  [
    "runtime: {command_template: [a]}",
    "runtime: {command_template: []}",
    (d) => d.runtime?.command_template,
    ["a"],
  ],
  [
    "runtime: {command_template: [a]}",
    "runtime: {command_template: [b]}",
    (d) => d.runtime?.command_template,
    ["b"],
  ],
  [
    "runtime: {validate_mission_file: true}",
    "runtime: {validate_mission_file: false}",
    (d) => d.runtime?.validate_mission_file,
    false,
  ],
  ["runtime: {validate_mission_file: true}", "host: h", (d) => d.runtime?.validate_mission_file, true],
  ["host: h", "host: h", (d) => d.runtime?.validate_mission_file, undefined],
  ["lanes: {a: {concurrency: 1, paused: true}}", "lanes: {a: {concurrency: 2}, b: {}}", (d) => d.lanes, {
    a: { concurrency: 2 },
    b: {},
  }],
  ["lanes: {a: {}}", "lanes: {a: null}", (d) => d.lanes, { a: null }],
  ["lanes: {a: null}", "lanes: {a: {concurrency: 3}}", (d) => d.lanes, { a: { concurrency: 3 } }],
  ["proxy: 'http://a'", "proxy: null", (d) => d.proxy, null],
  ["proxy: null", "proxy: 'http://b'", (d) => d.proxy, "http://b"],
  ["proxy: null", "proxy: ''", (d) => d.proxy, null],
  ["proxy: 'http://a'", "proxy: ''", (d) => d.proxy, "http://a"],
];
for (const [base, over, field, expected] of CASES) {
  Deno.test(`mergeLettsFiles() puts {${over}} over {${base}}`, () => {
    assertEquals(field(mergeDugdale(base, over)), expected);
  });
}

Deno.test("readLettsFiles() lets null of a later file block what the template has", () => {
  using dir = new TempDir();
  const template = "templates: {t: {proxy: 'http://p', lanes: {a: {}, b: {}}}}\n";
  const base = dir.write("a.yaml", `${template}dugdales: [{id: s1, host: h, extends: t, lanes: {a: {}}}]`);
  const over = dir.write("b.yaml", "dugdales: [{id: s1, proxy: null, lanes: {a: null}}]");
  const config = readLettsFiles([base, over]);
  const dugdale = config.dugdale("s1");
  assertEquals([...dugdale.lanes.keys()], ["b"]);
  assertEquals(config.proxy(dugdale), undefined);
});

Deno.test("readLettsFiles() checks names of every file and the whole of all", () => {
  using dir = new TempDir();
  const good = dir.write("a.yaml", "dugdales:\n- {id: s1, host: h}\nroutes: {r: {lane: l, host: s2}}\n");
  const bad = dir.write("b.yaml", "\ndugdales: [{id: S2}]\n");
  const rest = dir.write("c.yaml", "dugdales:\n- {id: s2}\n");
  const named = assertThrows(() => readLettsFiles([good, bad]), ConfigError);
  assertEquals([named.file, named.line, named.key], [bad, 2, "dugdales[0].id"]);
  const structure = assertThrows(() => readLettsFiles([good, rest]), ConfigError, "needs host or url");
  assertEquals([structure.file, structure.line, structure.key], [rest, 2, "dugdales[1]"]);
  assertThrows(() => readLettsFiles([good]), ConfigError, `host "s2" not found`);
});

Deno.test("readLettsFiles() names the file that cannot be read", () => {
  using dir = new TempDir();
  const missing = `${dir.path}/missing.yaml`;
  const error = assertThrows(() => readLettsFiles([missing]), ConfigError, "cannot be read");
  assertEquals([error.file, error.stage], [missing, "parse"]);
  assertThrows(() => readLettsFiles([dir.path]), ConfigError, "cannot be read");
});

Deno.test("readLettsFiles() leaves permissions alone and reports plain tokens instead", () => {
  using dir = new TempDir();
  const base = dir.write(
    "a.yaml",
    "auth: {token: plain, admin_token: plain}\ndugdales: [{id: s1, host: h}]",
    0o644,
  );
  const over = dir.write("b.yaml", "dugdales: [{id: s2, host: h, exec_token: 'x${A}'}]", 0o666);
  assertEquals(readLettsFiles([base, over]).plainTokens, [
    { scope: "dispatch", location: "auth.token" },
    { scope: "admin", location: "auth.admin_token" },
    { scope: "exec", location: "dugdales[1:s2].exec_token" },
  ]);
});
