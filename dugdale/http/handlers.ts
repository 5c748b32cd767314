import type { VersionReply } from "../../protocol/lane.ts";
import type { MissionControl } from "../engine/mission_control.ts";
import { adminHandlers } from "./admin.ts";
import type { Handlers } from "./app.ts";
import { controlHandlers } from "./control.ts";
import { dispatchHandler } from "./dispatch.ts";
import { healthHandlers, type Readiness } from "./health.ts";
import { missionHandlers } from "./missions.ts";
import type { HandlerParts } from "./parts.ts";

/** The handlers of all routes. */
export function makeHandlers(
  parts: HandlerParts,
  control: MissionControl,
  readiness: Readiness,
  version: VersionReply,
  metrics: () => Promise<string>,
): Handlers {
  return {
    ...healthHandlers(readiness, version, metrics),
    ...missionHandlers(parts),
    ...controlHandlers(parts, control),
    ...adminHandlers(parts),
    dispatch: dispatchHandler(parts),
  } as Handlers;
}
