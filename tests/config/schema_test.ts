import { Ajv, type ValidateFunction } from "ajv";
import { assertEquals } from "@std/assert";
import { parse } from "yaml";
import { parseDugdaleConfig } from "../../config/dugdale/read.ts";
import { ConfigError } from "../../config/config_error.ts";
import { nameProblems } from "../../config/letts/names.ts";
import { parseLettsFile } from "../../config/letts/file.ts";
import { throwFirst } from "../../config/yaml/problem.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (name: string): string => Deno.readTextFileSync(new URL(name, ROOT));
/** What an editor does with a schema. */
const validator = (name: string): ValidateFunction =>
  new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(read(`schema/${name}.schema.json`)));

for (const name of ["letts", "dugdale"]) {
  Deno.test(`schema/${name}.schema.json accepts ${name}.example.yaml`, () => {
    const validate = validator(name);
    validate(parse(read(`${name}.example.yaml`)));
    assertEquals(validate.errors ?? [], []);
  });
}

const isFine = (check: () => unknown): boolean => {
  try {
    check();
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
};

const LETTS: readonly string[] = [
  "{}",
  "auth:",
  "auth: {token: 5}",
  "auth: {tokn: a}",
  "Auth: {}",
  "auth: [a]",
  "defaults: {port: 7180}",
  "defaults: {port: 65536}",
  "defaults: {port: -1}",
  "defaults: {port: '7180'}",
  "defaults: {port: 1.5}",
  "selector: {match: [prod]}",
  "selector: {match: prod}",
  "aliases: {web: s1, 5: s5, here: '${LETTS_HOST}'}",
  "aliases: {Web: s1}",
  "aliases: {web: S1}",
  "aliases: {web: ''}",
  "routes: {r: {lane: a}}",
  "routes: {r: {host: s1}}",
  "routes: {R: {lane: a}}",
  "routes: {r: {lane: A}}",
  "templates: {t: {lanes: {a: null}, labels: [a]}}",
  "templates: {t: {id: a}}",
  "templates: {T: {}}",
  "dugdales: [{id: s1, host: h, proxy: null, lanes: {a: null, b: {concurrency: 2, paused: true}}}]",
  "dugdales: [{id: s1, host: h, proxy: 'ftp://p'}]",
  "dugdales: [{id: s1, host: h, proxy: 'SOCKS5h://p'}]",
  "dugdales: [{id: s1, host: h, proxy: '${PROXY}'}]",
  "dugdales: [{host: h}]",
  "dugdales: [{id: S1, host: h}]",
  "dugdales: [{id: s1, host: h, labels: [Prod]}]",
  "dugdales: [{id: s1, host: h, lanes: {A: {}}}]",
  "dugdales: [{id: s1, host: h, lanes: {a: {concurrency: -1}}}]",
  "dugdales: [{id: s1, host: h, lanes: {a: {paused: 'false'}}}]",
  "dugdales: [{id: s1, host: h, runtime: {command_template: sh}}]",
  "dugdales: [{id: s1, host: h, runtime: {validate_mission_file: true}}]",
  "dugdales: {s1: {}}",
];

Deno.test("schema/letts.schema.json says of a text what the checks say", () => {
  const validate = validator("letts");
  const differ = LETTS.filter((text) =>
    validate(parse(text)) !== isFine(() => {
      const { yaml, places } = parseLettsFile({ file: "f", text });
      throwFirst(nameProblems(yaml), places);
    })
  );
  assertEquals(differ, []);
});

const MINIMAL = "listen: '127.0.0.1:0'\ndata_dir: /d\n";
const DUGDALE: readonly string[] = [
  MINIMAL,
  `${MINIMAL}nope: 1`,
  `${MINIMAL}auth: {tokens: [a]}`,
  `${MINIMAL}auth: {tokens: a}`,
  `${MINIMAL}log: {level: warn}`,
  `${MINIMAL}log: {level: loud}`,
  `${MINIMAL}exec: {enabled: 'yes'}`,
];

Deno.test("schema/dugdale.schema.json says of a text what the checks say", () => {
  const validate = validator("dugdale");
  const differ = DUGDALE.filter((text) =>
    validate(parse(text)) !== isFine(() => parseDugdaleConfig({ file: "f", text }))
  );
  assertEquals(differ, []);
});
