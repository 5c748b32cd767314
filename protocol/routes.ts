/**
 * The table of HTTP routes. The router, the scope check, the client's transport, the OpenAPI document and the contract
 * tests use it.
 *
 * @module
 */
import * as v from "valibot";
import { type AuditQuery, auditQuery } from "./audit.ts";
import { type ExecBody, execBody, type ExecReply, execReply } from "./exec.ts";
import { type FailuresQuery, failuresQuery, type FailuresReply, failuresReply } from "./failures.ts";
import {
  type ApplyBody,
  applyBody,
  type ApplyQuery,
  applyQuery,
  type ApplyReply,
  applyReply,
  type DugdaleReply,
  dugdaleReply,
  type HealthReply,
  healthReply,
  type LaneRecord,
  laneRecords,
  type PauseReply,
  pauseReply,
  type ReloadReply,
  reloadReply,
  type StateReply,
  stateReply,
  type VersionReply,
  versionReply,
} from "./lane.ts";
import {
  type BatchBody,
  batchBody,
  type BatchReply,
  batchReply,
  type BulkDeleteBody,
  bulkDeleteBody,
  type BulkReply,
  bulkReply,
  type BulkRestartBody,
  bulkRestartBody,
  type DeleteQuery,
  deleteQuery,
  type DeleteReply,
  deleteReply,
  type DispatchBody,
  dispatchBody,
  type DispatchReply,
  dispatchReply,
  type EventsQuery,
  eventsQuery,
  type KillReply,
  killReply,
  type LogQuery,
  logQuery,
  type MissionPage,
  missionPage,
  type MissionRecord,
  missionRecord,
  type MissionsQuery,
  missionsQuery,
  type OutputQuery,
  outputQuery,
  type RestartReply,
  restartReply,
  type RunNowReply,
  runNowReply,
} from "./mission.ts";
import {
  type DeadEventPage,
  deadEventPage,
  type DeadEventsQuery,
  deadEventsQuery,
  type HookList,
  hookList,
  type HookStreamQuery,
  hookStreamQuery,
  type HookTestReply,
  hookTestReply,
  type RedriveBody,
  redriveBody,
  type RedriveReply,
  redriveReply,
} from "./hooks.ts";
import {
  type NextQuery,
  nextQuery,
  type NextReply,
  nextReply,
  type ScheduleList,
  scheduleList,
  type SchedulePauseBody,
  schedulePauseBody,
  type ScheduleRecord,
  scheduleRecord,
  type ScheduleRunReply,
  scheduleRunReply,
} from "./schedule.ts";
import type { JsonObject } from "./json_value.ts";
import type { ObjectShape } from "./schemas.ts";
import {
  type ByContentQuery,
  byContentQuery,
  type ByContentReply,
  byContentReply,
  deleteStagingQuery,
  type StagingPage,
  stagingPage,
  type StagingQuery,
  stagingQuery,
  type UploadPage,
  uploadPage,
  type UploadReply,
  uploadReply,
  type UploadsQuery,
  uploadsQuery,
} from "./staging.ts";
import { type Scope, type WhoamiReply, whoamiReply } from "./whoami.ts";

export type { Scope } from "./whoami.ts";

/** One route of the table. */
export interface Route<Reply = unknown, Body = unknown, Query = unknown> {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** `:name` matches one segment, percent-decoded. */
  readonly path: string;
  /** Accepted scopes in addition to admin; `none` needs no token. */
  readonly scope: "none" | readonly Scope[];
  /**
   * Whether tokens limited to lanes or missions may call it, because it shows and changes only what they may see. Other
   * routes reject them. Default false.
   */
  readonly narrowed?: true;
  /** The key of `limits` for the body; absent if no body is read, or the handler limits it. */
  readonly bodyLimit?: "maxDispatchBodyBytes" | "maxExecBodyBytes" | "maxApplyBodyBytes";
  /**
   * What to do after a lost response: `safe` calls may be sent again, `keyed` ones too because an id makes them
   * idempotent, `never` ones are reported to the caller instead.
   */
  readonly resend: "safe" | "keyed" | "never";
  /** Schema of a JSON body; `bytes` for a file. Absent if no body is read. */
  readonly body?: v.GenericSchema<unknown, Body> | "bytes";
  /** Schema of the query; absent if there is none. */
  readonly query?: ObjectShape<Query>;
  /** Schema of a successful JSON reply; absent for streams, files and text. */
  readonly reply?: v.GenericSchema<unknown, Reply>;
  /** Summary. */
  readonly summary: string;
}

const D: readonly Scope[] = ["dispatch"];
const E: readonly Scope[] = ["exec"];
const DE: readonly Scope[] = ["dispatch", "exec"];
const A: readonly Scope[] = [];

/** A body that is ignored. */
const notRead: v.GenericSchema<unknown, undefined> = v.pipe(
  v.optional(v.any()),
  v.description("Ignored"),
  v.transform(() => undefined),
);

/** The JSON reply of each route; `undefined` for streams, files and text. */
export interface Replies {
  healthz: HealthReply;
  readyz: HealthReply;
  version: VersionReply;
  metrics: undefined;
  openapi: undefined;
  dispatch: DispatchReply;
  dispatchBatch: BatchReply;
  execDispatch: ExecReply;
  listMissions: MissionPage;
  failures: FailuresReply;
  getMission: MissionRecord;
  getByKey: MissionRecord;
  events: undefined;
  output: undefined;
  log: undefined;
  restart: RestartReply;
  runNow: RunNowReply;
  kill: KillReply;
  deleteMission: DeleteReply;
  bulkRestart: BulkReply;
  bulkDelete: BulkReply;
  apply: ApplyReply;
  state: StateReply;
  reload: ReloadReply;
  pauseLane: PauseReply;
  continueLane: PauseReply;
  listSchedules: ScheduleList;
  getSchedule: ScheduleRecord;
  nextOfSchedule: NextReply;
  pauseSchedule: ScheduleRecord;
  continueSchedule: ScheduleRecord;
  runSchedule: ScheduleRunReply;
  listHooks: HookList;
  hookStream: undefined;
  deadEvents: DeadEventPage;
  redriveHook: RedriveReply;
  testHook: HookTestReply;
  sinkRecord: JsonObject;
  dugdale: DugdaleReply;
  whoami: WhoamiReply;
  lanes: readonly LaneRecord[];
  putStaging: UploadReply;
  headStaging: undefined;
  getStaging: undefined;
  deleteStaging: DeleteReply;
  listStaging: StagingPage;
  stagingByContent: ByContentReply;
  stagingUploads: UploadPage;
  audit: undefined;
}

/** The JSON body of each route with one. */
export interface Bodies {
  dispatch: DispatchBody;
  dispatchBatch: BatchBody;
  execDispatch: ExecBody;
  bulkRestart: BulkRestartBody;
  bulkDelete: BulkDeleteBody;
  apply: ApplyBody;
  pauseSchedule: SchedulePauseBody;
  redriveHook: RedriveBody;
}

/** The query of each route with one. */
export interface Queries {
  listMissions: MissionsQuery;
  failures: FailuresQuery;
  events: EventsQuery;
  output: OutputQuery;
  log: LogQuery;
  deleteMission: DeleteQuery;
  apply: ApplyQuery;
  nextOfSchedule: NextQuery;
  hookStream: HookStreamQuery;
  deadEvents: DeadEventsQuery;
  deleteStaging: DeleteQuery;
  listStaging: StagingQuery;
  stagingByContent: ByContentQuery;
  stagingUploads: UploadsQuery;
  audit: AuditQuery;
}

/** The name of a route. */
export type RouteKey = keyof Replies;
/** The JSON body of one route. */
export type BodyOf<R extends RouteKey> = R extends keyof Bodies ? Bodies[R] : undefined;
/** The query of one route. */
export type QueryOf<R extends RouteKey> = R extends keyof Queries ? Queries[R] : undefined;

/** All routes of a dugdale. */
export const ROUTES: { readonly [R in RouteKey]: Route<Replies[R], BodyOf<R>, QueryOf<R>> } = {
  healthz: {
    method: "GET",
    path: "/v1/healthz",
    scope: "none",
    resend: "safe",
    reply: healthReply,
    summary: "Whether the process answers",
  },
  readyz: {
    method: "GET",
    path: "/v1/readyz",
    scope: "none",
    resend: "safe",
    reply: healthReply,
    summary: "Whether missions are accepted",
  },
  version: {
    method: "GET",
    path: "/v1/version",
    scope: "none",
    resend: "safe",
    reply: versionReply,
    summary: "Version and build",
  },
  metrics: {
    method: "GET",
    path: "/v1/metrics",
    scope: "none",
    resend: "safe",
    summary: "Metrics in Prometheus text form",
  },
  openapi: {
    method: "GET",
    path: "/v1/openapi.json",
    scope: "none",
    resend: "safe",
    summary: "This interface, as an OpenAPI document",
  },
  dispatch: {
    method: "POST",
    path: "/v1/dispatch",
    scope: D,
    bodyLimit: "maxDispatchBodyBytes",
    narrowed: true,
    resend: "keyed",
    body: dispatchBody,
    reply: dispatchReply,
    summary: "Queues a mission",
  },
  dispatchBatch: {
    method: "POST",
    path: "/v1/dispatch/batch",
    scope: D,
    bodyLimit: "maxDispatchBodyBytes",
    narrowed: true,
    resend: "keyed",
    body: batchBody,
    reply: batchReply,
    summary: "Queues up to 1000 missions",
  },
  execDispatch: {
    method: "POST",
    path: "/v1/exec/dispatch",
    scope: E,
    bodyLimit: "maxExecBodyBytes",
    narrowed: true,
    resend: "keyed",
    body: execBody,
    reply: execReply,
    summary: "Queues a command",
  },
  listMissions: {
    method: "GET",
    path: "/v1/missions",
    scope: A,
    narrowed: true,
    resend: "safe",
    query: missionsQuery,
    reply: missionPage,
    summary: "Lists missions, newest first",
  },
  failures: {
    method: "GET",
    path: "/v1/failures",
    scope: A,
    narrowed: true,
    resend: "safe",
    query: failuresQuery,
    reply: failuresReply,
    summary: "Failed missions, counted by name, outcome and reason",
  },
  getMission: {
    method: "GET",
    path: "/v1/missions/:id",
    scope: DE,
    narrowed: true,
    resend: "safe",
    reply: missionRecord,
    summary: "One mission",
  },
  getByKey: {
    method: "GET",
    path: "/v1/keys/:key",
    scope: DE,
    narrowed: true,
    resend: "safe",
    reply: missionRecord,
    summary: "The newest mission with a key",
  },
  events: {
    method: "GET",
    path: "/v1/missions/:id/events",
    scope: DE,
    narrowed: true,
    resend: "safe",
    query: eventsQuery,
    summary: "The events of a mission, one JSON object a line",
  },
  output: {
    method: "GET",
    path: "/v1/missions/:id/output",
    scope: DE,
    narrowed: true,
    resend: "safe",
    query: outputQuery,
    summary: "The output of a mission",
  },
  log: {
    method: "GET",
    path: "/v1/missions/:id/log",
    scope: DE,
    narrowed: true,
    resend: "safe",
    query: logQuery,
    summary: "The log of a mission, one JSON object a line",
  },
  restart: {
    method: "POST",
    path: "/v1/missions/:id/restart",
    scope: A,
    narrowed: true,
    resend: "never",
    reply: restartReply,
    summary: "Queues a finished mission again under a new id",
  },
  runNow: {
    method: "POST",
    path: "/v1/missions/:id/run-now",
    scope: A,
    narrowed: true,
    resend: "safe",
    reply: runNowReply,
    summary: "Lets a mission that waits for a time wait no longer",
  },
  kill: {
    method: "POST",
    path: "/v1/missions/:id/kill",
    scope: A,
    bodyLimit: "maxApplyBodyBytes",
    narrowed: true,
    resend: "never",
    body: notRead,
    reply: killReply,
    summary: "Ends a mission",
  },
  deleteMission: {
    method: "DELETE",
    path: "/v1/missions/:id",
    scope: A,
    narrowed: true,
    resend: "safe",
    query: deleteQuery,
    reply: deleteReply,
    summary: "Removes a mission and its files",
  },
  bulkRestart: {
    method: "POST",
    path: "/v1/missions/bulk-restart",
    scope: A,
    bodyLimit: "maxApplyBodyBytes",
    narrowed: true,
    resend: "never",
    body: bulkRestartBody,
    reply: bulkReply,
    summary: "Restarts many missions",
  },
  bulkDelete: {
    method: "POST",
    path: "/v1/missions/bulk-delete",
    scope: A,
    bodyLimit: "maxApplyBodyBytes",
    narrowed: true,
    resend: "safe",
    body: bulkDeleteBody,
    reply: bulkReply,
    summary: "Removes many missions",
  },
  apply: {
    method: "POST",
    path: "/v1/admin/apply",
    scope: A,
    bodyLimit: "maxApplyBodyBytes",
    resend: "never",
    body: applyBody,
    query: applyQuery,
    reply: applyReply,
    summary: "Sets lanes, labels, mission directory, runtime and schedules",
  },
  state: {
    method: "GET",
    path: "/v1/admin/state",
    scope: A,
    resend: "safe",
    reply: stateReply,
    summary: "The applied configuration",
  },
  reload: {
    method: "POST",
    path: "/v1/admin/reload",
    scope: A,
    resend: "safe",
    reply: reloadReply,
    summary: "Reads dugdale.yaml again",
  },
  pauseLane: {
    method: "POST",
    path: "/v1/admin/lanes/:name/pause",
    scope: A,
    narrowed: true,
    resend: "safe",
    reply: pauseReply,
    summary: "Stops a lane from starting missions",
  },
  continueLane: {
    method: "POST",
    path: "/v1/admin/lanes/:name/continue",
    scope: A,
    narrowed: true,
    resend: "safe",
    reply: pauseReply,
    summary: "Lets a paused lane start missions again",
  },
  listSchedules: {
    method: "GET",
    path: "/v1/schedules",
    scope: A,
    narrowed: true,
    resend: "safe",
    reply: scheduleList,
    summary: "The schedules, by name",
  },
  getSchedule: {
    method: "GET",
    path: "/v1/schedules/:name",
    scope: A,
    narrowed: true,
    resend: "safe",
    reply: scheduleRecord,
    summary: "One schedule",
  },
  nextOfSchedule: {
    method: "GET",
    path: "/v1/schedules/:name/next",
    scope: A,
    narrowed: true,
    resend: "safe",
    query: nextQuery,
    reply: nextReply,
    summary: "The coming times of a schedule",
  },
  pauseSchedule: {
    method: "POST",
    path: "/v1/schedules/:name/pause",
    scope: A,
    bodyLimit: "maxApplyBodyBytes",
    narrowed: true,
    resend: "safe",
    body: schedulePauseBody,
    reply: scheduleRecord,
    summary: "Stops a schedule from firing",
  },
  continueSchedule: {
    method: "POST",
    path: "/v1/schedules/:name/continue",
    scope: A,
    narrowed: true,
    resend: "safe",
    reply: scheduleRecord,
    summary: "Lets a paused schedule fire again",
  },
  runSchedule: {
    method: "POST",
    path: "/v1/schedules/:name/run",
    scope: A,
    narrowed: true,
    resend: "never",
    reply: scheduleRunReply,
    summary: "Queues the mission of a schedule now",
  },
  listHooks: {
    method: "GET",
    path: "/v1/hooks",
    scope: A,
    resend: "safe",
    reply: hookList,
    summary: "The hooks, by name, and how their deliveries go",
  },
  hookStream: {
    method: "GET",
    path: "/v1/hooks/stream",
    scope: A,
    resend: "safe",
    query: hookStreamQuery,
    summary: "What happens to missions, as it happens",
  },
  deadEvents: {
    method: "GET",
    path: "/v1/hooks/:name/dead",
    scope: A,
    resend: "safe",
    query: deadEventsQuery,
    reply: deadEventPage,
    summary: "Events whose delivery was given up",
  },
  redriveHook: {
    method: "POST",
    path: "/v1/hooks/:name/redrive",
    scope: A,
    bodyLimit: "maxApplyBodyBytes",
    resend: "safe",
    body: redriveBody,
    reply: redriveReply,
    summary: "Delivers dead events once more, and turns the hook on",
  },
  testHook: {
    method: "POST",
    path: "/v1/hooks/:name/test",
    scope: A,
    resend: "never",
    reply: hookTestReply,
    summary: "Delivers a test event now",
  },
  sinkRecord: {
    method: "GET",
    path: "/v1/sinks/:name/:id",
    scope: A,
    resend: "safe",
    reply: v.record(v.string(), v.any()),
    summary: "The record of a mission, as it is in a sink",
  },
  dugdale: {
    method: "GET",
    path: "/v1/dugdale",
    scope: DE,
    narrowed: true,
    resend: "safe",
    reply: dugdaleReply,
    summary: "Version, uptime and queue of this dugdale",
  },
  whoami: {
    method: "GET",
    path: "/v1/whoami",
    scope: DE,
    narrowed: true,
    resend: "safe",
    reply: whoamiReply,
    summary: "The name of the token and what it may do",
  },
  lanes: {
    method: "GET",
    path: "/v1/lanes",
    scope: DE,
    narrowed: true,
    resend: "safe",
    reply: laneRecords,
    summary: "The lanes and how busy they are",
  },
  putStaging: {
    method: "PUT",
    path: "/v1/staging/:id",
    scope: DE,
    narrowed: true,
    resend: "keyed",
    body: "bytes",
    reply: uploadReply,
    summary: "Uploads a file, or the rest of one",
  },
  headStaging: {
    method: "HEAD",
    path: "/v1/staging/:id",
    scope: DE,
    narrowed: true,
    resend: "safe",
    summary: "The state of an upload",
  },
  getStaging: {
    method: "GET",
    path: "/v1/staging/:id",
    scope: DE,
    narrowed: true,
    resend: "safe",
    summary: "Downloads a file, or a range of it",
  },
  deleteStaging: {
    method: "DELETE",
    path: "/v1/staging/:id",
    scope: A,
    narrowed: true,
    resend: "safe",
    query: deleteStagingQuery,
    reply: deleteReply,
    summary: "Removes a staging file",
  },
  listStaging: {
    method: "GET",
    path: "/v1/staging",
    scope: A,
    narrowed: true,
    resend: "safe",
    query: stagingQuery,
    reply: stagingPage,
    summary: "Lists the files of a mission",
  },
  stagingByContent: {
    method: "GET",
    path: "/v1/staging/by-content/:sha",
    scope: E,
    narrowed: true,
    resend: "safe",
    query: byContentQuery,
    reply: byContentReply,
    summary: "Finds a file by its digest",
  },
  stagingUploads: {
    method: "GET",
    path: "/v1/admin/uploads",
    scope: A,
    narrowed: true,
    resend: "safe",
    query: uploadsQuery,
    reply: uploadPage,
    summary: "Lists unfinished uploads",
  },
  audit: {
    method: "GET",
    path: "/v1/admin/audit",
    scope: A,
    resend: "safe",
    query: auditQuery,
    summary: "Who did what, and what was refused to whom, one JSON object for each line",
  },
};

/** Fills the `:name` segments of a route's path, each percent-encoded. */
export function routePath(route: RouteKey, parameters: Readonly<Record<string, string>> = {}): string {
  return ROUTES[route].path.replace(/:(\w+)/g, (_, name: string) => {
    const value = parameters[name];
    if (value === undefined) throw new TypeError(`path ${ROUTES[route].path} needs "${name}"`);
    return encodeURIComponent(value);
  });
}
