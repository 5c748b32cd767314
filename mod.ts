/**
 * letts: start work on your machines, follow it live, get a typed result back.
 *
 * Applications import the client, mission scripts the runtime; both are here for scripts that need the two.
 *
 * @module
 */
export * from "./client/mod.ts";
export {
  InterruptedError,
  InvalidInputError,
  Mission,
  mission,
  MissionContext,
  MissionFailure,
  type MissionFunction,
  type MissionHooks,
  type MissionOptions,
  type MissionResult,
} from "./mission/mod.ts";
