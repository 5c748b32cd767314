import type { GenericSchema } from "valibot";
import { missionEvent } from "../../../protocol/event.ts";
import type { JsonObject } from "../../../protocol/json_value.ts";
import { missionRecord, outputFile } from "../../../protocol/mission.ts";
import { problemBody } from "../../../protocol/problem.ts";
import { type Route, type RouteKey, ROUTES } from "../../../protocol/routes.ts";
import { BODIES } from "./bodies.ts";
import { toJsonSchema, writtenOut } from "./json_schema.ts";
import { PARAMETERS, PATH_PARAMETERS } from "./parameters.ts";
import { PLAIN_SUCCESS, SUCCESSES } from "./replies.ts";

/** Shapes that stand in more than one place. */
const NAMES: ReadonlyMap<GenericSchema, string> = new Map<GenericSchema, string>([
  [problemBody, "Problem"],
  [missionRecord, "MissionRecord"],
  [missionEvent, "MissionEvent"],
  [outputFile, "OutputFile"],
]);

const DESCRIPTION =
  "A durable queue of missions and commands, and the runner of their processes. Ids are UUIDv7 in lower case, times " +
  "Unix milliseconds, sizes bytes. Integers may have 64 bits.";

/** The whole HTTP interface as OpenAPI 3.1, made from the table of routes. */
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
    // Wherever the document itself was fetched from.
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: Object.fromEntries([...NAMES].map(([schema, name]) => [name, writtenOut(schema, NAMES)])),
      responses: {
        Problem: {
          description: "It did not go well; `error` tells why",
          content: { "application/json": { schema: toJsonSchema(problemBody, NAMES) } },
        },
      },
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
  };
}

const PROBLEM: JsonObject = { $ref: "#/components/responses/Problem" };

function operation(key: RouteKey, route: Route): JsonObject {
  const { scope, summary } = route;
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    schema: PATH_PARAMETERS[name] ?? { type: "string" },
  }));
  const body = BODIES[key];
  return {
    operationId: key,
    summary,
    // Any of these scopes is enough.
    security: scope === "none" ? [] : [...scope, "admin"].map((name) => ({ token: [name] })),
    parameters: [...inPath, ...PARAMETERS[key] ?? []],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { ...successes(key, route), "4XX": PROBLEM, "5XX": PROBLEM },
  };
}

function successes(key: RouteKey, { reply }: Route): JsonObject {
  const { statuses, types = ["application/json"], line } = SUCCESSES[key] ?? PLAIN_SUCCESS;
  const shape = reply ?? line;
  const media: JsonObject = shape === undefined ? {} : { schema: toJsonSchema(shape, NAMES) };
  const content: JsonObject = Object.fromEntries(types.map((type) => [type, media]));
  return Object.fromEntries(
    Object.entries(statuses).map(([status, description]): [string, JsonObject] => [
      status,
      types.length === 0 ? { description } : { description, content },
    ]),
  );
}
