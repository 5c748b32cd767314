import { assertEquals } from "@std/assert";
import { descriptionsText } from "../../build/openapi_docs.ts";

Deno.test("dugdale/http/openapi/descriptions.ts is what the doc comments say: deno task openapi", async () => {
  const file = new URL("../../dugdale/http/openapi/descriptions.ts", import.meta.url);
  assertEquals(await Deno.readTextFile(file), await descriptionsText());
});
