/**
 * A dugdale inside your own process: the same daemon that `letts dugdale` runs, for applications that start small and
 * for tests.
 *
 * ```ts
 * import { LettsClient, lettsConfig } from "@letts/letts/client";
 * import { dugdaleConfig, openDugdale } from "@letts/letts/dugdale";
 *
 * const dataDir = await Deno.makeTempDir(); // in an application a permanent folder
 * try {
 *   const token = crypto.randomUUID();
 *   const config = dugdaleConfig({ listen: "127.0.0.1:0", dataDir, admin: { tokens: [token] } });
 *   await using dugdale = await openDugdale({ config });
 *   const own = { id: "own", url: dugdale.url, admin_token: token, lanes: { normal: { concurrency: 2 } } };
 *   await using client = await LettsClient.open({ config: lettsConfig({ dugdales: [own] }) });
 *   await client.apply("own");
 *   console.log(await client.lanes("own"));
 * } finally {
 *   await Deno.remove(dataDir, { recursive: true });
 * }
 * ```
 *
 * @module
 */
export { type Dugdale, type DugdaleOptions, type LiveMission, openDugdale } from "./daemon.ts";
export type { ChangedMission, MissionChange, MissionEnded, MissionStarted } from "./mission_change.ts";
export { type EmbeddedDugdale, type EmbeddedDugdaleOptions, openEmbeddedDugdale } from "./embedded.ts";
export {
  type DugdaleAudit,
  type DugdaleCleanup,
  type DugdaleConfig,
  type DugdaleExec,
  type DugdaleLog,
  type DugdaleLogOutput,
  type DugdaleMissionEnv,
  type DugdaleNamedToken,
  type DugdaleNetwork,
  type DugdaleSettings,
  type DugdaleTokens,
  type DugdaleUi,
  type LogFormat,
  type LogLevel,
  type LogOutputType,
  type Some,
} from "../config/dugdale/config.ts";
export { dugdaleConfig } from "../config/dugdale/read.ts";
export type {
  DugdaleSink,
  DugdaleSinkSettings,
  SinkShape,
  SinkState,
  SinkType,
} from "../config/dugdale/sinks.ts";
export type { DugdaleHook, DugdaleHookRetry, DugdaleHookSettings } from "../config/dugdale/hooks.ts";
export type { DugdaleLimits } from "../config/dugdale/limits.ts";
export type { MissionEventType } from "../protocol/hooks.ts";
export type { MissionKind, OutcomeKind } from "../protocol/mission.ts";
export { Clock } from "./host/clock.ts";
export { DataDirLockedError } from "./host/lock.ts";
export { ListenError } from "./http/server.ts";
export { NewerDatabaseError } from "./store/migrations.ts";
export { lineLog, type Log, type LogFields, silentLog } from "./host/log.ts";
