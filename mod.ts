/**
 * letts: start work on your machines, follow it live, get a typed result back.
 *
 * Applications import the client, mission scripts the runtime; both are here for scripts that need the two. Where the
 * two use a name differently, the runtime's stays and the other has a longer one: a mission as the client tells about
 * it is a {@linkcode MissionInfo}, an input file as a script reads it a {@linkcode MissionInputFile}.
 *
 * @module
 */
export * from "./client/mod.ts";
export type { Mission as MissionInfo } from "./client/types.ts";
export {
  type FailureOptions,
  type InputFacts,
  type InputFile as MissionInputFile,
  type InterruptCallback,
  InterruptedError,
  InvalidInputError,
  type Log,
  type LogFields,
  type LogFormat,
  Mission,
  mission,
  MissionContext,
  MissionError,
  type MissionErrorCode,
  MissionFailure,
  type MissionFunction,
  type MissionHooks,
  type MissionOptions,
  type MissionResult,
  type ParsingOptions,
  type Provide,
  type Report,
  type ReportContext,
  type Reporter,
} from "./mission/mod.ts";
