/**
 * The audit record: who did what, and what was refused to whom.
 *
 * @module
 */
import * as v from "valibot";
import type { JsonObject } from "./json_value.ts";
import { filter, integer, type ObjectShape } from "./schemas.ts";

/** An action that was done or refused, as one line of `GET /v1/admin/audit`. */
export interface AuditRecord {
  /** Ascending; later records have greater ids. */
  readonly id: number;
  /** Unix milliseconds. */
  readonly time: number;
  /** Name of the token; `admin-token`, `dispatch-token` or `exec-token` for one without a name, else `anonymous`. */
  readonly actor: string;
  /** Address of the client. */
  readonly address: string;
  /** What was done, such as `mission.kill`; `refused` for a refused request. */
  readonly action: string;
  /** Id of the mission or file, or name of the lane or schedule. Absent for other actions. */
  readonly target?: string | undefined;
  /** Details of the action. */
  readonly facts: JsonObject;
}

/** The query of `GET /v1/admin/audit`. All conditions hold at once; omitted fields do not filter. */
export interface AuditQuery {
  /** Only records with a greater id. Default 0. */
  readonly from?: number | undefined;
  /** Only records of this Unix millisecond or later. */
  readonly since?: number | undefined;
  /** Only records before this Unix millisecond. */
  readonly until?: number | undefined;
  /** Only records of this actor. */
  readonly actor?: string | undefined;
  /** Only this action, or those that begin with it and a dot: `mission` includes `mission.kill`. */
  readonly action?: string | undefined;
  /** Only records with this target. */
  readonly target?: string | undefined;
  /** Whether to wait for further records. Default false. */
  readonly follow?: boolean | undefined;
}

const moment = (description: string) => v.optional(integer("Unix milliseconds", description));

/** Checks an {@linkcode AuditQuery}. */
export const auditQuery: ObjectShape<AuditQuery> = v.object({
  from: v.optional(integer("an integer", "Only records with a greater id")),
  since: moment("Only records of this time or later, in Unix milliseconds"),
  until: moment("Only records before this time, in Unix milliseconds"),
  actor: v.optional(filter("Name of the token")),
  action: v.optional(filter("An action, or its part before the dot")),
  target: v.optional(filter("Id of a mission or file, or name of a lane or schedule")),
  follow: v.optional(v.pipe(v.boolean(), v.description("Wait for further records"))),
});

/** Checks an {@linkcode AuditRecord}. */
export const auditRecord: v.GenericSchema<unknown, AuditRecord> = v.object({
  id: v.number(),
  time: v.number(),
  actor: v.string(),
  address: v.string(),
  action: v.string(),
  target: v.optional(v.string()),
  facts: v.record(v.string(), v.any()),
});
