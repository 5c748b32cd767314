import type { GenericSchema } from "valibot";
import { auditRecord } from "../../../protocol/audit.ts";
import { missionEvent } from "../../../protocol/event.ts";
import { missionLogLine } from "../../../protocol/mission.ts";
import type { RouteKey } from "../../../protocol/routes.ts";

/** The response to a successful request. */
export interface Success {
  /** HTTP status and description. */
  readonly statuses: Readonly<Record<number, string>>;
  /** Types of the body if it is not the JSON of the table; empty for a response without a body. */
  readonly types?: readonly string[];
  /** Schema of each line, if the body consists of lines. */
  readonly line?: GenericSchema;
}

const NDJSON = "application/x-ndjson", BYTES = "application/octet-stream";
const REPEAT = { 202: "Queued", 200: "A repeat: its present status" };

/** The response of every other route. */
export const PLAIN_SUCCESS: Success = { statuses: { 200: "OK" } };

/** The routes that differ from {@linkcode PLAIN_SUCCESS}. */
export const SUCCESSES: Readonly<Partial<Record<RouteKey, Success>>> = {
  metrics: { ...PLAIN_SUCCESS, types: ["text/plain"] },
  openapi: { ...PLAIN_SUCCESS, types: ["application/json"] },
  dispatch: { statuses: REPEAT },
  dispatchBatch: { statuses: { 200: "What became of each" } },
  execDispatch: { statuses: REPEAT },
  restart: { statuses: { 201: "The new mission" } },
  deleteMission: { statuses: { 202: "Hidden, and removed by the next sweep" } },
  deleteStaging: { statuses: { 202: "Hidden, and removed by the next sweep" } },
  events: { ...PLAIN_SUCCESS, types: [NDJSON], line: missionEvent },
  audit: { ...PLAIN_SUCCESS, types: [NDJSON], line: auditRecord },
  output: { ...PLAIN_SUCCESS, types: [BYTES, NDJSON] },
  log: { ...PLAIN_SUCCESS, types: [NDJSON], line: missionLogLine },
  putStaging: { statuses: { 201: "The file is complete", 200: "It was complete already" } },
  headStaging: { statuses: { 200: "The state of the upload, in headers" }, types: [] },
  getStaging: { statuses: { 200: "The file", 206: "A part of it" }, types: [BYTES] },
};
