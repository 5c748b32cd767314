import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { missionEvent } from "../../../protocol/event.ts";
import type { JsonObject } from "../../../protocol/json_value.ts";
import { missionRecord, outputFile } from "../../../protocol/mission.ts";
import { problemBody } from "../../../protocol/problem.ts";
import { type Route, type RouteKey, ROUTES } from "../../../protocol/routes.ts";
import { DESCRIPTIONS } from "./descriptions.ts";
import { HEADERS, SEGMENTS } from "./headers.ts";
import { PLAIN_SUCCESS, SUCCESSES } from "./replies.ts";

/** Schemas used in several places. */
const DEFINITIONS: Readonly<Record<string, GenericSchema>> = {
  Problem: problemBody,
  MissionRecord: missionRecord,
  MissionEvent: missionEvent,
  OutputFile: outputFile,
};
const CONFIG: ConversionConfig = {
  // Requests before validation.
  typeMode: "input",
  // A rule in code; the description says it in words.
  ignoreActions: ["check"],
  overrideRef: ({ referenceId }: { readonly referenceId: string }) => `#/components/schemas/${referenceId}`,
};

const DESCRIPTION =
  "A durable queue of missions and commands, and the runner of their processes. Ids are UUIDv7 in lower case, times " +
  "Unix milliseconds, sizes bytes. Integers may have 64 bits.";

/** The whole HTTP interface as OpenAPI 3.1, generated from the table of routes. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {};
  for (const [key, route] of Object.entries(ROUTES) as [RouteKey, Route][]) {
    const path = route.path.replace(/:(\w+)/g, "{$1}");
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(key, route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "dugdale",
      description: DESCRIPTION,
      version,
      license: { name: "MIT", identifier: "MIT" },
    },
    // Relative to the address of the document itself.
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: components(),
      responses: {
        Problem: {
          description: "Refused or failed; `error` tells why",
          content: { "application/json": { schema: schemaOf(problemBody) } },
        },
      },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

/** The named schemas, with descriptions of their members. */
function components(): JsonObject {
  const schemas = toJsonSchemaDefs(DEFINITIONS, CONFIG);
  for (const [component, descriptions] of Object.entries(DESCRIPTIONS)) {
    const { properties } = schemas[component] as { readonly properties: Readonly<Record<string, object>> };
    for (const [name, schema] of Object.entries(properties)) {
      Object.assign(schema, { description: descriptions[name] });
    }
  }
  return schemas as JsonObject;
}

/** The JSON Schema of a schema; named ones are references. */
function schemaOf(shape: GenericSchema): JsonObject {
  const { $schema: _schema, $defs: _defs, ...schema } = toJsonSchema(shape, {
    ...CONFIG,
    definitions: DEFINITIONS,
  });
  return schema as JsonObject;
}

const PROBLEM: JsonObject = { $ref: "#/components/responses/Problem" };

function operation(key: RouteKey, route: Route): JsonObject {
  const { scope, summary, body } = route;
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: SEGMENTS[name] ?? {},
  }));
  return {
    operationId: key,
    summary,
    // Any of these scopes is sufficient.
    security: scope === "none" ? [] : [...scope, "admin"].map((name) => ({ token: [name] })),
    parameters: [...inPath, ...queryOf(route), ...HEADERS[key] ?? []],
    ...(body === undefined ? {} : { requestBody: requestBody(body) }),
    responses: { ...successes(key, route), "4XX": PROBLEM, "5XX": PROBLEM },
  };
}

function queryOf({ query }: Route): JsonObject[] {
  return Object.entries(query?.entries ?? {}).map(([name, entry]) => {
    const { description = "", ...schema } = schemaOf(entry);
    return { name, in: "query", required: entry.type !== "optional", description, schema };
  });
}

function requestBody(body: NonNullable<Route["body"]>): JsonObject {
  if (body === "bytes") return { required: true, content: { "application/octet-stream": {} } };
  return { required: body.type !== "optional", content: { "application/json": { schema: schemaOf(body) } } };
}

function successes(key: RouteKey, { reply }: Route): JsonObject {
  const { statuses, types = ["application/json"], line } = SUCCESSES[key] ?? PLAIN_SUCCESS;
  const shape = reply ?? line;
  const media: JsonObject = shape === undefined ? {} : { schema: schemaOf(shape) };
  const content: JsonObject = Object.fromEntries(types.map((type) => [type, media]));
  return Object.fromEntries(
    Object.entries(statuses).map(([status, description]): [string, JsonObject] => [
      status,
      types.length === 0 ? { description } : { description, content },
    ]),
  );
}
