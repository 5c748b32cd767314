/**
 * The names and ids that cross a process boundary. Each has one pattern, one predicate and one parser, and
 * becomes a branded string that cannot be mistaken for another. `$` means the end of the text.
 *
 * @module
 */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A UUIDv7 that names a mission or an exec. */
export type MissionId = Branded<"MissionId">;
/** A UUIDv7 that names a staging file. */
export type StagingId = Branded<"StagingId">;
/** The name of a lane: `^[a-z][a-z0-9_-]{0,31}$`. */
export type LaneName = Branded<"LaneName">;
/** The name of a mission script: 1 to 128 bytes, `^[A-Za-z0-9_][A-Za-z0-9_.-]*$`. */
export type MissionName = Branded<"MissionName">;
/** The name of a file of a mission: `^[A-Za-z_][A-Za-z0-9_]{0,63}$`, not starting with `__`. */
export type FileRole = Branded<"FileRole">;
/** The id of a dugdale in letts.yaml: `^[a-z][a-z0-9_-]{0,63}$`. */
export type DugdaleName = Branded<"DugdaleName">;
/** The name of a route in letts.yaml: as {@linkcode DugdaleName}. */
export type RouteName = Branded<"RouteName">;
/** A label of a dugdale: as {@linkcode LaneName}. */
export type Label = Branded<"Label">;

/** A name that breaks its rule. The message names the thing, the rule and the value. */
export class InvalidNameError extends Error {
  /** The name of the class. */
  override readonly name = "InvalidNameError";
  /** What kind of name it should have been, such as `lane name`. */
  readonly what: string;
  /** The text that was refused. */
  readonly value: string;

  /** `rule` completes the sentence that `what` and `value` begin: `… must be <rule>`. */
  constructor(what: string, value: string, rule: string) {
    super(`${what} ${JSON.stringify(clip(value))} must be ${rule}`);
    this.what = what;
    this.value = value;
  }
}

function clip(text: string): string {
  return text.length > 128 ? `${text.slice(0, 128)}…` : text;
}

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LANE = /^[a-z][a-z0-9_-]{0,31}$/;
const MISSION = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const ROLE = /^(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const DUGDALE = /^[a-z][a-z0-9_-]{0,63}$/;

/** Whether the text is a lower-case UUIDv7, the shape of every id on the wire. */
export const isUuidV7 = (text: string): boolean => UUID_V7.test(text);
/** Whether the text is a {@linkcode MissionId}. */
export const isMissionId = (text: string): text is MissionId => UUID_V7.test(text);
/** Whether the text is a {@linkcode StagingId}. */
export const isStagingId = (text: string): text is StagingId => UUID_V7.test(text);
/** Whether the text is a {@linkcode LaneName}. */
export const isLaneName = (text: string): text is LaneName => LANE.test(text);
/** Whether the text is a {@linkcode MissionName}. */
export const isMissionName = (text: string): text is MissionName => MISSION.test(text);
/** Whether the text is a {@linkcode FileRole}. */
export const isFileRole = (text: string): text is FileRole => ROLE.test(text);
/** Whether the text is a {@linkcode DugdaleName}. */
export const isDugdaleName = (text: string): text is DugdaleName => DUGDALE.test(text);
/** Whether the text is a {@linkcode RouteName}. */
export const isRouteName = (text: string): text is RouteName => DUGDALE.test(text);
/** Whether the text is a {@linkcode Label}. */
export const isLabel = (text: string): text is Label => LANE.test(text);

/** Parses a mission id. @throws {InvalidNameError} When it is not a lower-case UUIDv7. */
export function parseMissionId(text: string): MissionId {
  if (isMissionId(text)) return text;
  throw new InvalidNameError("mission id", text, "a lower-case UUIDv7");
}

/** Parses a staging id. @throws {InvalidNameError} When it is not a lower-case UUIDv7. */
export function parseStagingId(text: string): StagingId {
  if (isStagingId(text)) return text;
  throw new InvalidNameError("staging id", text, "a lower-case UUIDv7");
}

/** Parses a lane name. @throws {InvalidNameError} When it does not match the pattern. */
export function parseLaneName(text: string): LaneName {
  if (isLaneName(text)) return text;
  throw new InvalidNameError("lane name", text, "1 to 32 of a-z, 0-9, _ and -, starting with a letter");
}

/** Parses a mission name. @throws {InvalidNameError} When it does not match the pattern. */
export function parseMissionName(text: string): MissionName {
  if (isMissionName(text)) return text;
  throw new InvalidNameError(
    "mission name",
    text,
    "1 to 128 of letters, digits, _ . and -, starting with a letter, a digit or _",
  );
}

/** Parses a file role or output key. @throws {InvalidNameError} When it does not match the pattern. */
export function parseFileRole(text: string): FileRole {
  if (isFileRole(text)) return text;
  throw new InvalidNameError(
    "file role",
    text,
    "1 to 64 of letters, digits and _, starting with a letter or a single _",
  );
}
