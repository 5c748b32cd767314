import { Validator } from "@seriousme/openapi-schema-validator";
import { assert, assertEquals } from "@std/assert";
import { ROUTES } from "../../../protocol/routes.ts";
import { openRunning } from "../running.ts";

Deno.test("GET /v1/openapi.json is a valid OpenAPI document of every route, and needs no token", async () => {
  await using running = await openRunning();
  const { status, body, headers } = await running.request("GET", "/v1/openapi.json", { as: "anonymous" });
  assertEquals([status, headers.get("content-type")], [200, "application/json; charset=utf-8"]);
  const validator = new Validator();
  assertEquals(await validator.validate(structuredClone(body)), { valid: true });
  assertEquals(validator.version, "3.1");
  const described = Object.entries(body.paths as Record<string, Record<string, { operationId: string }>>)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => [operationId, method.toUpperCase(), path])
    );
  const routes = Object.entries(ROUTES).map(([key, { method, path }]) => [
    key,
    method,
    path.replace(/:(\w+)/g, "{$1}"),
  ]);
  assertEquals(described.sort(), routes.sort());
});

Deno.test("GET /v1/openapi.json reports what a request needs and what it is answered", async () => {
  await using running = await openRunning();
  const { paths, components } = (await running.request("GET", "/v1/openapi.json")).body;
  const dispatch = paths["/v1/dispatch"].post;
  assertEquals(dispatch.security, [{ token: ["dispatch"] }, { token: ["admin"] }]);
  assertEquals(Object.keys(dispatch.responses).sort(), ["200", "202", "4XX", "5XX"]);
  assertEquals(dispatch.requestBody.content["application/json"].schema.required, ["mission", "lane"]);
  const [key] = dispatch.parameters;
  assertEquals([key.name, key.in, key.required], ["Idempotency-Key", "header", true]);
  const get = paths["/v1/missions/{id}"].get;
  assertEquals(get.parameters.map((one: { name: string }) => one.name), ["id"]);
  assertEquals(get.responses["200"].content["application/json"].schema, {
    $ref: "#/components/schemas/MissionRecord",
  });
  assertEquals(components.schemas.MissionRecord.properties.outputs.additionalProperties, {
    $ref: "#/components/schemas/OutputFile",
  });
  assertEquals(paths["/v1/healthz"].get.security, []);
  assertEquals(paths["/v1/staging/{id}"].head.responses["200"].content, undefined);
});

Deno.test("GET /v1/openapi.json says of each member of a mission record what it is", async () => {
  await using running = await openRunning();
  const { MissionRecord, OutputFile } =
    (await running.request("GET", "/v1/openapi.json")).body.components.schemas;
  for (const { properties } of [MissionRecord, OutputFile]) {
    for (const [name, { description }] of Object.entries<{ description?: string }>(properties)) {
      assert((description?.length ?? 0) > 5, name);
    }
  }
  assertEquals(
    MissionRecord.properties.display_name.description,
    "Shown in lists. Absent except for execs with one.",
  );
});
