/**
 * A dugdale inside your own process: the same daemon that `letts dugdale` runs, for applications that start small
 * and for tests.
 *
 * ```ts no-eval
 * import { dugdaleConfig, openDugdale } from "@letts/letts/dugdale";
 *
 * const config = dugdaleConfig({
 *   listen: "127.0.0.1:0",
 *   dataDir: "/var/lib/my-app/letts",
 *   admin: { tokens: [crypto.randomUUID()] },
 * });
 * await using dugdale = await openDugdale({ config });
 * console.log(dugdale.url);
 * ```
 *
 * @module
 */
export { type Dugdale, type DugdaleOptions, type LiveMission, openDugdale } from "./daemon.ts";
export {
  type DugdaleCleanup,
  type DugdaleConfig,
  dugdaleConfig,
  type DugdaleExec,
  type DugdaleLog,
  type DugdaleMissionEnv,
  type DugdaleNetwork,
  type DugdaleSettings,
  type DugdaleTokens,
  type LogFormat,
  type LogLevel,
  type Some,
} from "../config/dugdale_yaml.ts";
export type { DugdaleLimits } from "../config/dugdale_limits.ts";
export type { MissionKind } from "../protocol/mission.ts";
export { DataDirLockedError } from "./host/lock.ts";
export { ListenError } from "./http/server.ts";
export { NewerDatabaseError } from "./store/migrations.ts";
export { lineLog, type Log, type LogFields, silentLog } from "./host/log.ts";
