import { assertEquals } from "@std/assert";
import { DUGDALE_DEFAULTS } from "../../config/dugdale/defaults.ts";
import { dugdaleShape } from "../../config/dugdale/shape.ts";
import { parseDugdaleConfig } from "../../config/dugdale/read.ts";
import type { JsonSchema } from "../../config/yaml/decoder.ts";
import { schemaFiles } from "../../config/write_schema.ts";

for (const [name, text] of schemaFiles()) {
  Deno.test(`schema/${name} is what the decoders say; else run deno task schema`, () => {
    assertEquals(Deno.readTextFileSync(new URL(`../../schema/${name}`, import.meta.url)), text);
  });
}

Deno.test("The defaults in dugdale.schema.json are the ones that hold", () => {
  const group = (schema: JsonSchema): readonly string[] => {
    const { properties } = schema as { readonly properties?: Readonly<Record<string, JsonSchema>> };
    return Object.entries(properties ?? {}).map(([key, inner]) =>
      inner.properties
        ? `${key}: {${group(inner).join(", ")}}`
        : `${key}: ${JSON.stringify(inner.default ?? null)}`
    );
  };
  const text = `{${group(dugdaleShape.schema).join(", ")}}`
    .replace("listen: null", "listen: ':0'")
    .replace("data_dir: null", "data_dir: /d");
  assertEquals(parseDugdaleConfig({ file: "defaults", text }), {
    listen: ":0",
    dataDir: "/d",
    ...DUGDALE_DEFAULTS,
  });
});
