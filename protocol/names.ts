/**
 * Names and ids that cross a process boundary. Each has one rule: its pattern, the pattern in words, and the branded
 * string type of validated values.
 *
 * @module
 */
import { quote } from "./clip.ts";

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A UUIDv7 of a mission or an exec. */
export type MissionId = Branded<"MissionId">;
/** A UUIDv7 of a staging file. */
export type StagingId = Branded<"StagingId">;
/** The name of a lane. */
export type LaneName = Branded<"LaneName">;
/** The name of a mission script. */
export type MissionName = Branded<"MissionName">;
/** The name of a file of a mission. */
export type FileRole = Branded<"FileRole">;

/** An invalid name. The message names the thing, the rule and the value. */
export class InvalidNameError extends Error {
  /** The name of the class. */
  override readonly name = "InvalidNameError";
  /** Kind of name, such as `lane name`. */
  readonly what: string;
  /** The rejected value. */
  readonly value: string;

  /** `rule` completes the sentence that begins with `what` and `value`: `… must be <rule>`. */
  constructor(what: string, value: string, rule: string) {
    super(`${what} ${quote(value)} must be ${rule}`);
    this.what = what;
    this.value = value;
  }
}

/** The rule of a kind of name. */
export class NameRule<Name extends string = string> {
  /** What it names, such as `lane name`. */
  readonly what: string;
  /** A regular expression for the whole name, as in JSON Schemas. */
  readonly pattern: string;
  /** The pattern in words, completing `must be …`. */
  readonly words: string;
  readonly #regExp: RegExp;

  /** `pattern` is for the characters between the first and the last. */
  constructor(what: string, pattern: string, words: string) {
    this.what = what;
    this.pattern = `^${pattern}$`;
    this.words = words;
    this.#regExp = new RegExp(this.pattern);
  }

  /** Whether the value is valid. */
  is(value: string): value is Name {
    return this.#regExp.test(value);
  }

  /** Why a value is invalid; undefined if it is valid. `what` may name its place. */
  fault(value: string, what: string = this.what): string | undefined {
    return this.#regExp.test(value) ? undefined : this.refusal(value, what);
  }

  /** The error message for an invalid value. */
  refusal(value: string, what: string = this.what): string {
    return `${what} ${quote(value)} must be ${this.words}`;
  }

  /** The value as a name. @throws {InvalidNameError} When it is invalid. */
  parse(value: string): Name {
    if (this.is(value)) return value;
    throw new InvalidNameError(this.what, value, this.words);
  }
}

/** A UUIDv7 within a pattern. */
export const UUID_V7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
const SHORT = "[a-z][a-z0-9_-]{0,31}", SHORT_WORDS = "1 to 32 of a-z, 0-9, _ and -, starting with a letter";
const LONG = "[a-z][a-z0-9_-]{0,63}", LONG_WORDS = "1 to 64 of a-z, 0-9, _ and -, starting with a letter";

/** The rule of ids: of missions, of staging files, and of groups of execs. */
export const UUID: NameRule = new NameRule("id", UUID_V7, "a lower-case UUIDv7");
/** The rule of {@linkcode MissionId}. */
export const MISSION_ID: NameRule<MissionId> = new NameRule("mission id", UUID_V7, UUID.words);
/** The rule of {@linkcode StagingId}. */
export const STAGING_ID: NameRule<StagingId> = new NameRule("staging id", UUID_V7, UUID.words);
/** The rule of {@linkcode LaneName}. */
export const LANE_NAME: NameRule<LaneName> = new NameRule("lane name", SHORT, SHORT_WORDS);
/** The rule of names of log outputs. */
export const LOG_OUTPUT_NAME: NameRule = new NameRule("log output name", LONG, LONG_WORDS);
/** The rule of names of tokens. */
export const TOKEN_NAME: NameRule = new NameRule("token name", LONG, LONG_WORDS);
/** The rule of {@linkcode MissionName}. */
export const MISSION_NAME: NameRule<MissionName> = new NameRule(
  "mission name",
  "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}",
  "1 to 128 of letters, digits, _ . and -, starting with a letter, a digit or _",
);
/** The rule of {@linkcode FileRole}, and of the keys of an exec's files. */
export const FILE_ROLE: NameRule<FileRole> = new NameRule(
  "file role",
  "(?!__)[A-Za-z_][A-Za-z0-9_]{0,63}",
  "1 to 64 of letters, digits and _, starting with a letter or a single _",
);
/** The rule of the ids of dugdales in letts.yaml. */
export const DUGDALE_ID: NameRule = new NameRule("id", LONG, LONG_WORDS);
/** The rule of the names of routes in letts.yaml. */
export const ROUTE_NAME: NameRule = new NameRule("route name", LONG, LONG_WORDS);
/** The rule of the names of schedules. */
export const SCHEDULE_NAME: NameRule = new NameRule("schedule name", LONG, LONG_WORDS);
/** The rule of the names of templates in letts.yaml. */
export const TEMPLATE_NAME: NameRule = new NameRule("template name", LONG, LONG_WORDS);
/** The rule of the aliases of dugdales in letts.yaml. */
export const ALIAS: NameRule = new NameRule(
  "alias",
  "[a-z0-9][a-z0-9_-]{0,63}",
  "1 to 64 of a-z, 0-9, _ and -, starting with a letter or a digit",
);
/** The rule of labels. */
export const LABEL: NameRule = new NameRule("label", SHORT, SHORT_WORDS);

/** Whether the value is a lower-case UUIDv7, the shape of every id on the wire. */
export const isUuidV7 = (value: string): boolean => UUID.is(value);
/** Whether the value is a {@linkcode MissionId}. */
export const isMissionId = (value: string): value is MissionId => MISSION_ID.is(value);
/** Whether the value is a {@linkcode StagingId}. */
export const isStagingId = (value: string): value is StagingId => STAGING_ID.is(value);
/** Whether the value is a {@linkcode LaneName}. */
export const isLaneName = (value: string): value is LaneName => LANE_NAME.is(value);
/** Whether the value is a {@linkcode MissionName}. */
export const isMissionName = (value: string): value is MissionName => MISSION_NAME.is(value);
/** Whether the value is a {@linkcode FileRole}. */
export const isFileRole = (value: string): value is FileRole => FILE_ROLE.is(value);

/** Parses a mission id. @throws {InvalidNameError} When it is not a lower-case UUIDv7. */
export const parseMissionId = (value: string): MissionId => MISSION_ID.parse(value);
/** Parses a staging id. @throws {InvalidNameError} When it is not a lower-case UUIDv7. */
export const parseStagingId = (value: string): StagingId => STAGING_ID.parse(value);
/** Parses a lane name. @throws {InvalidNameError} When it does not match the pattern. */
export const parseLaneName = (value: string): LaneName => LANE_NAME.parse(value);
/** Parses a schedule name. @throws {InvalidNameError} When it does not match the pattern. */
export const parseScheduleName = (value: string): string => SCHEDULE_NAME.parse(value);
/** Parses a mission name. @throws {InvalidNameError} When it does not match the pattern. */
export const parseMissionName = (value: string): MissionName => MISSION_NAME.parse(value);
/** Parses a file role or output key. @throws {InvalidNameError} When it does not match the pattern. */
export const parseFileRole = (value: string): FileRole => FILE_ROLE.parse(value);
