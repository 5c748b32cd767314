import { assertEquals } from "@std/assert";
import type { JsonSchema } from "../../config/yaml/decoder.ts";
import { DUGDALE_DEFAULTS } from "../../config/dugdale/defaults.ts";
import { dugdaleShape } from "../../config/dugdale/shape.ts";
import { parseDugdaleConfig } from "../../config/dugdale/read.ts";
import { readLettsConfig } from "../../config/letts/open.ts";
import { lettsShape } from "../../config/letts/shape.ts";
import { YamlDocument } from "../../config/yaml/document.ts";

const ROOT = new URL("../../", import.meta.url);

const read = (name: string) => ({ file: name, text: Deno.readTextFileSync(new URL(name, ROOT)) });

/** The paths of all keys that a schema knows, with `*` for names and indexes. */
function known(schema: JsonSchema, path = ""): string[] {
  const { properties, additionalProperties, items } = schema as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
    readonly additionalProperties?: JsonSchema | false;
    readonly items?: JsonSchema;
  };
  const below = Object.entries(properties ?? {}).flatMap(([key, inner]) => known(inner, `${path}.${key}`));
  const inner = additionalProperties || items;
  return [...(path ? [path] : []), ...below, ...(inner ? known(inner, `${path}.*`) : [])];
}

/** The paths of all keys of a text, in the same form. */
function written({ file, text }: { readonly file: string; readonly text: string }): Set<string> {
  const paths = new Set<string>();
  const walk = (value: YamlDocument["root"], path: string, schema: JsonSchema): void => {
    if (path) paths.add(path);
    const { properties, additionalProperties, items } = schema as {
      readonly properties?: Readonly<Record<string, JsonSchema>>;
      readonly additionalProperties?: JsonSchema;
      readonly items?: JsonSchema;
    };
    for (const item of value.items()) walk(item, `${path}.*`, items ?? {});
    for (const [name, entry] of value.entries("names")) {
      const field = properties?.[name];
      if (field) walk(entry, `${path}.${name}`, field);
      else walk(entry, `${path}.*`, additionalProperties ?? {});
    }
  };
  walk(
    new YamlDocument(file, text).root,
    "",
    file.startsWith("letts") ? lettsShape.schema : dugdaleShape.schema,
  );
  return paths;
}

for (
  const [name, shape] of [["letts.example.yaml", lettsShape], ["dugdale.example.yaml", dugdaleShape]] as const
) {
  Deno.test(`${name} shows every key`, () => {
    const shown = written(read(name));
    const keys = known(shape.schema).filter((path) =>
      !/tokens\.\*$|(trusted_proxies|allowed_hosts)\.\*$/.test(path)
    );
    assertEquals(keys.filter((path) => !shown.has(path)), []);
  });
}

Deno.test("letts.example.yaml loads, and everything in it can be used", () => {
  const path = new URL("letts.example.yaml", ROOT);
  const config = readLettsConfig({ path, env: (name) => name === "LETTS_HERE" ? "web-1" : `<${name}>` });
  assertEquals(config.plainTokens, []);
  const [web, batch] = config.dugdales;
  if (!web || !batch) throw new Error("two dugdales expected");
  assertEquals(config.candidates("mails", config.selectorMatch), [web]);
  assertEquals([config.dugdale("here"), config.dugdale("main"), config.dugdale(5)], [web, web, batch]);
  assertEquals([config.route("mails").dugdale, config.route("reports").lane], [web, "slow"]);
  assertEquals([config.baseUrl(web).href, config.baseUrl(batch).href], [
    "http://10.0.0.1:7180/",
    "https://batch.example.com/letts",
  ]);
  assertEquals([config.proxy(web), config.proxy(batch)], ["socks5h://127.0.0.1:1080", undefined]);
  assertEquals([config.token(web, "exec"), config.token(batch, "dispatch")], [
    "<LETTS_PROD_EXEC_TOKEN>",
    "<LETTS_BATCH_TOKEN>",
  ]);
  assertEquals(config.applyBody(web).lanes, { mails: { concurrency: 8 } });
});

Deno.test("dugdale.example.yaml shows the defaults of all that can be left out", () => {
  const config = parseDugdaleConfig(read("dugdale.example.yaml"));
  const { network, log: { outputs: _outputs, events: _events, ...log }, audit, cleanup, exec, limits } =
    config;
  const defaults = DUGDALE_DEFAULTS;
  const { outputs: _none, events: _own, ...logDefaults } = defaults.log;
  assertEquals({ network, log, audit, cleanup, exec, limits }, {
    network: defaults.network,
    log: logDefaults,
    audit: defaults.audit,
    cleanup: defaults.cleanup,
    exec: defaults.exec,
    limits: defaults.limits,
  });
});
