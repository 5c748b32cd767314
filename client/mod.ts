/**
 * The client of letts: start missions on dugdales, follow them, fetch what they made.
 *
 * @example
 * ```ts
 * import { LettsClient } from "@letts/letts/client";
 *
 * async function resize(picture: string, width: number): Promise<number | undefined> {
 *   await using client = await LettsClient.open();
 *   const { return: made } = await client.run<{ height: number }>({ route: "normal" }, {
 *     mission: "resize",
 *     input: { width },
 *     files: { picture },
 *     outputsTo: "./out",
 *   });
 *   return made?.height;
 * }
 * ```
 *
 * @module
 */
export { LettsClient } from "./client.ts";
export type { EmbeddedClientOptions } from "./embedded.ts";
export * from "./errors.ts";
export {
  LettsError,
  type LettsErrorCode,
  type LettsErrorFacts,
  type LocalCode,
} from "../protocol/letts_error.ts";
export type { Span, SpanAttribute, SpanSettings, Tracer } from "../protocol/tracing.ts";
export type { CallableMission, Typed } from "./run/typed.ts";
export * from "./types.ts";
export {
  type DefinedMission,
  defineMission,
  type InputOf,
  type MissionSchemas,
  type OutputOf,
  type ReturnedBy,
  SchemaValidationError,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from "../protocol/defined_mission.ts";
export {
  ConfigError,
  type ConfigErrorPlace,
  type ConfigStage,
  MissingVariableError,
} from "../config/config_error.ts";
export type { DugdaleEntry, LaneEntry } from "../config/letts/dugdale_entry.ts";
export { openLettsConfig } from "./configuration.ts";
export { lettsConfig, type LettsConfigOptions } from "../config/letts/config.ts";
export type { OpenLettsOptions } from "../config/letts/open.ts";
export type {
  DugdaleFields,
  LaneFields,
  LettsYaml,
  RouteFields,
  RuntimeFields,
  ScheduleFields,
  SharedFields,
  TemplateFields,
  TokenFields,
} from "../config/letts/types.ts";
export type { PlainToken } from "../config/letts/plain_tokens.ts";
export type { LettsConfig } from "../config/letts/resolve.ts";
export type { Env } from "../config/variables.ts";
export type { DispatchAdditions, Priority, SuccessorBody, UniqueRule } from "../protocol/dispatch_options.ts";
export type {
  AttemptEvent,
  DoneEvent,
  MissionEvent,
  NoteEvent,
  ProgressEvent,
  QueuedEvent,
  RunningEvent,
  StateEvent,
  WarningEvent,
} from "../protocol/event.ts";
export type { AuditRecord } from "../protocol/audit.ts";
export type { FailureGroup, FailuresReply } from "../protocol/failures.ts";
export type { JsonObject, JsonValue } from "../protocol/json_value.ts";
export type {
  ApplyBody,
  ApplyDiff,
  ApplyReply,
  DugdaleReply,
  LaneRecord,
  LaneSettings,
  RuntimeSettings,
  ScheduleChanges,
  StateReply,
  StateWarning,
} from "../protocol/lane.ts";
export type { LaneOptions } from "../protocol/lane_options.ts";
export type { RateRule } from "../protocol/rate.ts";
export type { RetryOutcome, RetryRule } from "../protocol/retry.ts";
export type {
  AttemptRecord,
  BulkItem,
  DispatchBody,
  EndedFields,
  EnqueuedFields,
  Eventually,
  InputFile,
  Leftovers,
  LeftProcess,
  MissionFields,
  MissionKind,
  MissionLogLine,
  MissionRecord,
  MissionStatus,
  MissionWarning,
  OutcomeKind,
  OutputFile,
  Sent,
  SnakeCase,
  StartedFields,
  WireName,
} from "../protocol/mission.ts";
export { InvalidNameError } from "../protocol/names.ts";
export type { ProblemCode } from "../protocol/problem.ts";
export type { Scope } from "../protocol/routes.ts";
export type { DeadEvent, HookRecord, HookTestReply } from "../protocol/hooks.ts";
export type { Open } from "../protocol/schemas.ts";
export type {
  NextReply,
  ScheduleMissed,
  ScheduleOverlap,
  SchedulePause,
  ScheduleRecord,
  ScheduleSettings,
} from "../protocol/schedule.ts";
export type { WhoamiReply } from "../protocol/whoami.ts";
export type { RefKind, StagingRecord, StagingState, UploadRecord } from "../protocol/staging.ts";
