import type { VersionReply } from "../../protocol/lane.ts";
import type { MissionActions } from "../engine/mission_actions.ts";
import { adminHandlers } from "./admin.ts";
import type { RouteHandlers } from "./call.ts";
import { dispatchHandler } from "./dispatch.ts";
import { execHandler } from "./exec.ts";
import { healthHandlers, type Readiness } from "./health.ts";
import { missionActions } from "./mission_actions.ts";
import { listHandler } from "./mission_list.ts";
import { missionHandlers } from "./missions.ts";
import type { HandlerParts } from "./parts.ts";
import { stagingHandlers } from "./staging.ts";
import type { Staging } from "../staging/staging.ts";

/** The handlers of all routes. */
export function makeHandlers(
  parts: HandlerParts,
  actions: MissionActions,
  staging: Staging,
  readiness: Readiness,
  version: VersionReply,
  metrics: () => string,
): RouteHandlers {
  return {
    ...healthHandlers(readiness, version, metrics),
    ...missionHandlers(parts),
    ...missionActions(parts, actions),
    ...adminHandlers(parts),
    ...stagingHandlers(staging),
    dispatch: dispatchHandler(parts),
    execDispatch: execHandler(parts),
    listMissions: listHandler(parts),
  };
}
