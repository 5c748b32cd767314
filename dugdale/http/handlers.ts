import type { VersionReply } from "../../protocol/lane.ts";
import type { MissionActions } from "../engine/mission_actions.ts";
import { adminHandlers } from "./admin.ts";
import { auditHandler } from "./audit_stream.ts";
import type { RouteHandlers } from "./call.ts";
import { batchHandler } from "./batch.ts";
import { dispatchHandler } from "./dispatch.ts";
import { failuresHandler } from "./failures.ts";
import { execHandler } from "./exec.ts";
import { healthHandlers, type Readiness } from "./health.ts";
import { hookHandlers } from "./hooks.ts";
import { missionActions } from "./mission_actions.ts";
import { listHandler } from "./mission_list.ts";
import { missionHandlers } from "./missions.ts";
import type { HandlerParts } from "./parts.ts";
import { scheduleHandlers } from "./schedules.ts";
import { stagingHandlers } from "./staging.ts";
import type { Staging } from "../staging/staging.ts";

/** Dependencies of the handlers. */
export interface HandlerSources {
  readonly parts: HandlerParts;
  readonly actions: MissionActions;
  readonly staging: Staging;
  readonly readiness: Readiness;
  readonly version: VersionReply;
  /** Generates the text of `GET /metrics`. */
  readonly metrics: () => string;
}

/** The handlers of all routes. */
export function makeHandlers(
  { parts, actions, staging, readiness, version, metrics }: HandlerSources,
): RouteHandlers {
  return {
    ...healthHandlers(readiness, version, metrics),
    ...missionHandlers(parts),
    ...missionActions(parts, actions),
    ...adminHandlers(parts),
    ...scheduleHandlers(parts),
    ...hookHandlers(parts),
    ...stagingHandlers(staging, parts.audit),
    dispatch: dispatchHandler(parts),
    dispatchBatch: batchHandler(parts),
    execDispatch: execHandler(parts),
    listMissions: listHandler(parts),
    failures: failuresHandler(parts),
    audit: auditHandler(parts),
  };
}
