/**
 * The runtime that mission scripts import. The same script runs under a dugdale and from a shell.
 *
 * ```ts
 * import { mission, type MissionContext, MissionFailure } from "@letts/letts/mission";
 *
 * async function drawTriangle(m: MissionContext) {
 *   const width = m.int("width", 320);
 *   if (width > 4096) throw new MissionFailure("too wide", { reason: "too_wide", details: { width } });
 *   m.state("drawing");
 *   let rows = "";
 *   for (let y = 0; y < width; y++) {
 *     await m.yield(); // lets SIGTERM in
 *     rows += `<rect y="${y}" width="${y}" height="1"/>`;
 *     m.progress((y + 1) / width);
 *   }
 *   const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${width}">${rows}</svg>`;
 *   await Deno.writeTextFile(m.output("triangle"), svg);
 *   return { bytes: svg.length };
 * }
 *
 * if (import.meta.main) await mission(drawTriangle);
 * ```
 *
 * It needs `--allow-env=LETTS_* --allow-read=.,/dev/fd/3 --allow-write=.,/dev/fd/3`, no more.
 *
 * @module
 */
export { mission } from "./mission.ts";
export type { MissionFunction, MissionHooks, MissionResult } from "./mission.ts";
export { Mission } from "./script.ts";
export { MissionContext } from "./context.ts";
export type { MissionOptions, ParsingOptions } from "./options.ts";
export { MissionFailure } from "./failure.ts";
export type { FailureOptions } from "./failure.ts";
export type { Provide } from "./services.ts";
export type { Report, ReportContext, Reporter } from "./reports.ts";
export type { InputFile } from "./files.ts";
export type { InterruptCallback } from "./interrupt.ts";
export type { Log, LogFields, LogFormat } from "./log.ts";
export type { LogLevel } from "../protocol/fd3.ts";
export {
  AlreadyEndedError,
  AlreadyStartedError,
  InterruptedError,
  InvalidInputError,
  InvalidOutputError,
  MissingFileError,
  MissionError,
  NotJsonError,
  UsageError,
} from "./errors.ts";
export type { InputFacts, MissionErrorCode } from "./errors.ts";
export { InvalidNameError } from "../protocol/names.ts";
export type { JsonObject, JsonValue } from "../protocol/json_value.ts";
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
