/**
 * The one table of the UI's routes.
 *
 * @module
 */
import * as v from "valibot";
import type { RouteTable, ServedRoute } from "../dugdale/http/app.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { ObjectShape } from "../protocol/schemas.ts";

/** How to sign in: with the key of the printed link, or with a token of the dugdales. */
export interface SignInBody {
  readonly key?: string | undefined;
  readonly token?: string | undefined;
}

/** Filters of the list of missions. */
export interface ListQuery {
  readonly status?: string | undefined;
  readonly outcome?: string | undefined;
  readonly lane?: string | undefined;
  readonly mission?: string | undefined;
  readonly host?: string | undefined;
  readonly label?: string | undefined;
  readonly kind?: string | undefined;
  readonly group_id?: string | undefined;
  readonly fail_reason?: string | undefined;
  readonly order?: string | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

/** A mission of one dugdale. */
export interface Item {
  readonly host: string;
  readonly id: string;
}

/** Several missions, and whether running ones are ended first. */
export interface BulkBody {
  readonly items: readonly Item[];
  readonly force?: boolean | undefined;
}

/** Which failed missions an action is for. */
export interface FailuresBody {
  readonly host: string;
  readonly mission: string;
  readonly outcome: string;
  readonly fail_reason?: string | undefined;
  /** Whether those that were restarted are deleted. Default false. */
  readonly remove?: boolean | undefined;
}

/** A mission to start. */
export interface DispatchForm {
  readonly host: string;
  readonly lane: string;
  readonly mission: string;
  readonly input?: JsonValue | undefined;
  readonly timeout?: string | undefined;
  readonly mission_id?: string | undefined;
}

const text = v.optional(v.string());
const number = v.optional(v.pipe(v.number("an integer"), v.integer("an integer")));

const listQuery: ObjectShape<ListQuery> = v.object({
  status: text,
  outcome: text,
  lane: text,
  mission: text,
  host: text,
  label: text,
  kind: text,
  group_id: text,
  fail_reason: text,
  order: text,
  since: number,
  until: number,
  cursor: text,
  limit: number,
});

const item = v.object({ host: v.string(), id: v.string() });

/** Checks a {@linkcode SignInBody}. */
export const signInBody: v.GenericSchema<unknown, SignInBody> = v.object({ key: text, token: text });

/** Checks a {@linkcode BulkBody}. */
export const bulkBody: v.GenericSchema<unknown, BulkBody> = v.object({
  items: v.pipe(v.array(item), v.minLength(1, "items must not be empty")),
  force: v.optional(v.boolean()),
});

/** Checks a {@linkcode FailuresBody}. */
export const failuresBody: v.GenericSchema<unknown, FailuresBody> = v.object({
  host: v.string(),
  mission: v.string(),
  outcome: v.string(),
  fail_reason: text,
  remove: v.optional(v.boolean()),
});

/** Checks a {@linkcode DispatchForm}. */
export const dispatchForm: v.GenericSchema<unknown, DispatchForm> = v.object({
  host: v.string(),
  lane: v.string(),
  mission: v.string(),
  input: v.optional(v.any()),
  timeout: text,
  mission_id: text,
});

/** JSON that the page of the same version reads. */
const reply = v.any();

function get<Query = unknown>(path: string, query?: ObjectShape<Query>): ServedRoute<unknown, Query> {
  return { method: "GET", path, reply, ...(query && { query }) };
}

/** Bodies are read by the handler, by the shapes above. */
function post(path: string): ServedRoute {
  return { method: "POST", path, bodyLimit: "maxDispatchBodyBytes", reply };
}

function stream(path: string): ServedRoute {
  return { method: "GET", path };
}

/** The routes by their names. */
export const UI_ROUTES: {
  readonly healthz: ServedRoute;
  readonly signIn: ServedRoute;
  readonly session: ServedRoute;
  readonly signOut: ServedRoute;
  readonly dashboard: ServedRoute;
  readonly missions: ServedRoute<unknown, ListQuery>;
  readonly find: ServedRoute;
  readonly mission: ServedRoute;
  readonly events: ServedRoute;
  readonly output: ServedRoute;
  readonly rawOutput: ServedRoute;
  readonly file: ServedRoute;
  readonly restart: ServedRoute;
  readonly kill: ServedRoute;
  readonly runNow: ServedRoute;
  readonly deleteMission: ServedRoute;
  readonly bulkRestart: ServedRoute;
  readonly bulkDelete: ServedRoute;
  readonly bulkKill: ServedRoute;
  readonly dispatch: ServedRoute;
  readonly pauseLane: ServedRoute;
  readonly continueLane: ServedRoute;
  readonly failures: ServedRoute;
  readonly restartFailures: ServedRoute;
  readonly deleteFailures: ServedRoute;
  readonly schedules: ServedRoute;
  readonly pauseSchedule: ServedRoute;
  readonly continueSchedule: ServedRoute;
  readonly runSchedule: ServedRoute;
  readonly config: ServedRoute;
} = {
  healthz: get("/healthz"),
  signIn: post("/api/session"),
  session: get("/api/session"),
  signOut: { method: "DELETE", path: "/api/session", reply },
  dashboard: get("/api/dashboard"),
  missions: get("/api/missions", listQuery),
  find: get("/api/find/:id"),
  mission: get("/api/missions/:host/:id"),
  events: stream("/api/missions/:host/:id/events"),
  output: stream("/api/missions/:host/:id/output"),
  rawOutput: stream("/api/missions/:host/:id/output/raw/:stream"),
  file: stream("/api/missions/:host/:id/files/:staging"),
  restart: post("/api/missions/:host/:id/restart"),
  kill: post("/api/missions/:host/:id/kill"),
  runNow: post("/api/missions/:host/:id/run-now"),
  deleteMission: post("/api/missions/:host/:id/delete"),
  bulkRestart: post("/api/missions/bulk-restart"),
  bulkDelete: post("/api/missions/bulk-delete"),
  bulkKill: post("/api/missions/bulk-kill"),
  dispatch: post("/api/dispatch"),
  pauseLane: post("/api/lanes/:host/:lane/pause"),
  continueLane: post("/api/lanes/:host/:lane/continue"),
  failures: get("/api/failures"),
  restartFailures: post("/api/failures/restart"),
  deleteFailures: post("/api/failures/delete"),
  schedules: get("/api/schedules"),
  pauseSchedule: post("/api/schedules/:host/:name/pause"),
  continueSchedule: post("/api/schedules/:host/:name/continue"),
  runSchedule: post("/api/schedules/:host/:name/run"),
  config: get("/api/config/:host"),
} satisfies RouteTable;
