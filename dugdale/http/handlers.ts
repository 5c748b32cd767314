import type { VersionReply } from "../../protocol/lane.ts";
import type { MissionActions } from "../engine/mission_actions.ts";
import { adminHandlers } from "./admin.ts";
import type { Handlers } from "./app.ts";
import { controlHandlers } from "./control.ts";
import { dispatchHandler } from "./dispatch.ts";
import { execHandler } from "./exec.ts";
import { healthHandlers, type Readiness } from "./health.ts";
import { listHandler } from "./mission_list.ts";
import { missionHandlers } from "./missions.ts";
import type { HandlerParts } from "./parts.ts";
import { stagingHandlers } from "./staging.ts";
import type { Staging } from "../staging/staging.ts";

/** The handlers of all routes. */
export function makeHandlers(
  parts: HandlerParts,
  control: MissionActions,
  staging: Staging,
  readiness: Readiness,
  version: VersionReply,
  metrics: () => string,
): Handlers {
  return {
    ...healthHandlers(readiness, version, metrics),
    ...missionHandlers(parts),
    ...controlHandlers(parts, control),
    ...adminHandlers(parts),
    ...stagingHandlers(staging),
    dispatch: dispatchHandler(parts),
    execDispatch: execHandler(parts),
    listMissions: listHandler(parts),
  };
}
