import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { parseLettsFile } from "../../../config/letts/file.ts";
import { extendDugdales, type ExtendedFields } from "../../../config/letts/templates.ts";

/** The dugdale with these keys, after it inherited from a template with those. */
function inherit(template: string, own: string): ExtendedFields {
  const own2 = own === "" ? "" : `, ${own}`;
  const text = `templates: {base: {${template}}}\ndugdales: [{id: s1, host: h, extends: base${own2}}]`;
  const { yaml, places } = parseLettsFile({ file: "f", text });
  const [dugdale] = extendDugdales(yaml, places).dugdales;
  if (!dugdale) throw new Error("no dugdale");
  return dugdale;
}

type Field = (dugdale: ExtendedFields) => unknown;
const CASES: readonly (readonly [template: string, own: string, field: Field, expected: unknown])[] = [
  ["mission_dir: /t", "", (d) => d.mission_dir, "/t"],
  ["mission_dir: /t", "mission_dir: /d", (d) => d.mission_dir, "/d"],
  ["mission_dir: /t", 'mission_dir: ""', (d) => d.mission_dir, "/t"],
  ["mission_dir: /t", "mission_dir: null", (d) => d.mission_dir, "/t"],
  ["token: t", "", (d) => d.token, "t"],
  ["token: t", "token: d", (d) => d.token, "d"],
  ["token: t", 'token: ""', (d) => d.token, "t"],
  ["admin_token: t", "", (d) => d.admin_token, "t"],
  ["admin_token: t", "admin_token: d", (d) => d.admin_token, "d"],
  ["exec_token: t", "", (d) => d.exec_token, "t"],
  ["admin_token: t", 'admin_token: ""', (d) => d.admin_token, "t"],
  ["exec_token: t", "exec_token: d", (d) => d.exec_token, "d"],
  ["exec_token: t", 'exec_token: ""', (d) => d.exec_token, "t"],
  ["proxy: 'socks5h://p:1080'", "", (d) => d.proxy, "socks5h://p:1080"],
  ["proxy: 'socks5h://p:1080'", "proxy: null", (d) => d.proxy, ""],
  ["proxy: 'socks5h://p:1080'", "proxy: ~", (d) => d.proxy, ""],
  ["proxy: 'socks5h://p:1080'", "proxy: ", (d) => d.proxy, ""],
  ["proxy: 'socks5h://p:1080'", 'proxy: ""', (d) => d.proxy, "socks5h://p:1080"],
  ["proxy: 'socks5h://p:1080'", "proxy: 'http://d'", (d) => d.proxy, "http://d"],
  ["proxy: null", "", (d) => d.proxy, ""],
  ["labels: [prod]", "", (d) => d.labels, ["prod"]],
  ["labels: [prod]", "labels: null", (d) => d.labels, ["prod"]],
  ["labels: [prod]", "labels: []", (d) => d.labels, []],
  ["labels: [prod]", "labels: [dev]", (d) => d.labels, ["dev"]],
  ["runtime: {mission_path_template: t}", "", (d) => d.runtime?.mission_path_template, "t"],
  [
    "runtime: {mission_path_template: t}",
    "runtime: {mission_path_template: d}",
    (d) => d.runtime?.mission_path_template,
    "d",
  ],
  [
    "runtime: {mission_path_template: t}",
    'runtime: {mission_path_template: ""}',
    (d) => d.runtime?.mission_path_template,
    "t",
  ],
  ["runtime: {command_template: [t]}", "runtime: {}", (d) => d.runtime?.command_template, ["t"]],
  ["runtime: {command_template: [t]}", "runtime: {command_template: ~}", (d) => d.runtime?.command_template, [
    "t",
  ]],
  [
    "runtime: {command_template: [t]}",
    "runtime: {command_template: []}",
    (d) => d.runtime?.command_template,
    [],
  ],
  [
    "runtime: {command_template: [t]}",
    "runtime: {command_template: [d]}",
    (d) => d.runtime?.command_template,
    ["d"],
  ],
  ["runtime: {validate_mission_file: true}", "", (d) => d.runtime?.validate_mission_file, true],
  [
    "runtime: {validate_mission_file: true}",
    "runtime: {validate_mission_file: false}",
    (d) => d.runtime?.validate_mission_file,
    false,
  ],
  [
    "lanes: {a: {concurrency: 2, paused: true}}",
    "lanes: {a: {concurrency: 4}}",
    (d) => d.lanes,
    { a: { concurrency: 4 } },
  ],
  [
    "lanes: {a: {concurrency: 1}, b: {concurrency: 2}}",
    "lanes: {b: null, c: {concurrency: 1}}",
    (d) => d.lanes,
    { a: { concurrency: 1 }, c: { concurrency: 1 } },
  ],
  ["lanes: {a: null}", "", (d) => d.lanes, { a: {} }],
  ["lanes: {a: {}}", "lanes: null", (d) => d.lanes, { a: {} }],
];
for (const [template, own, field, expected] of CASES) {
  Deno.test(`extendDugdales() lets {${own}} inherit from {${template}}`, () => {
    assertEquals(field(inherit(template, own)), expected);
  });
}

Deno.test("extendDugdales() takes an explicit null lane as no lane, without a template too", () => {
  const text = "dugdales: [{id: s1, host: h, lanes: {a: null, b: {}}, proxy: null}]";
  const { yaml, places } = parseLettsFile({ file: "f", text });
  const [dugdale] = extendDugdales(yaml, places).dugdales;
  assertEquals([dugdale?.lanes, dugdale?.proxy], [{ b: {} }, ""]);
});

Deno.test("extendDugdales() takes an empty extends as none, and ignores an unused template", () => {
  const text = "templates: {t: {token: a}}\ndugdales: [{id: s1, host: h, extends: ''}]";
  const { yaml, places } = parseLettsFile({ file: "f", text });
  const [dugdale] = extendDugdales(yaml, places).dugdales;
  assertEquals([dugdale?.token, dugdale?.lanes], ["", {}]);
});

Deno.test("extendDugdales() names index, id and template when the template is missing", () => {
  const text = "dugdales:\n- id: s0\n- id: s1\n  extends: constructor\n";
  const { yaml, places } = parseLettsFile({ file: "f.yaml", text });
  const error = assertThrows(() => extendDugdales(yaml, places), ConfigError);
  assertEquals(error.message, `f.yaml:4: dugdales[1].extends ("s1"): there is no template "constructor"`);
});
