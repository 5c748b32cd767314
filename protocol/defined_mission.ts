/**
 * A mission by name and type, in a file that both its script and its callers import.
 *
 * ```ts
 * import { defineMission } from "@letts/letts/client";
 *
 * export const resize = defineMission<{ width: number }, { bytes: number }>("resize");
 * ```
 *
 * Types vanish when the program runs. With schemas both sides are also checked, by any library that speaks Standard
 * Schema (Zod, Valibot, ArkType): what the caller sends, what the script gets, what it returns, what the caller gets.
 *
 * @module
 */
import { LettsError, type LettsErrorFacts } from "./letts_error.ts";
import { parseMissionName } from "./names.ts";

/** The part of {@link https://standardschema.dev Standard Schema} that is used here. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The property of the standard, whose name no library uses otherwise. */
  readonly "~standard": {
    /** The version of the standard. */
    readonly version: 1;
    /** The library. */
    readonly vendor: string;
    /** Validates a value. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** Only a type; has no value at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The result of a validation. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One validation problem. */
export interface StandardIssue {
  /** Human-readable message. */
  readonly message: string;
  /** Keys from the value to the problem; absent or empty for the value as a whole. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Input type of a schema. */
export type InputOf<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["input"];
/** Output type of a schema. */
export type OutputOf<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/** Source of a return value, for the error. */
export type ReturnedBy = Pick<LettsErrorFacts, "host" | "missionId">;

/**
 * A value does not match its schema. The message names the mission, the side and each issue. Codes `invalid_input` and
 * `invalid_return`.
 */
export class SchemaValidationError extends LettsError {
  /** The name of the class. */
  override readonly name = "SchemaValidationError";
  /** Name of the mission. */
  readonly mission: string;
  /** Which of its two values. */
  readonly side: "input" | "return";
  /** The validation problems, one line each. */
  readonly issues: readonly string[];

  /** Joins the issues in the message. */
  constructor(
    mission: string,
    side: "input" | "return",
    issues: readonly string[],
    facts: LettsErrorFacts = {},
  ) {
    super(
      `invalid_${side}`,
      `${side} of mission "${mission}" does not match its schema: ${issues.join("; ")}`,
      facts,
    );
    this.mission = mission;
    this.side = side;
    this.issues = issues;
  }
}

/**
 * A mission by name and type.
 *
 * @typeParam Input What callers send.
 * @typeParam Return What callers get.
 * @typeParam Parsed What the script gets: `Input` after the transformations of its schema.
 * @typeParam Returned What the script returns: `Return` before them.
 */
export interface DefinedMission<Input, Return, Parsed = Input, Returned = Return> {
  /** Name of the script, validated. */
  readonly mission: string;
  /** The input for the script. Can be used as option `parse` of the mission runtime. */
  readonly parse: (raw: unknown) => Parsed;
  /** The return value for callers. */
  readonly parseReturn: (raw: unknown, by?: ReturnedBy) => Return;
  /** Rejects an input that the script would reject. Nothing is transformed: the script does that. */
  readonly checkInput: (input: Input) => void;
  /** The script's function, with validation of its return value. */
  readonly implement: <Context>(
    run: (context: Context) => Returned | Promise<Returned>,
  ) => (context: Context) => Promise<Returned>;
}

/** The schemas of a mission. */
export interface MissionSchemas<In extends StandardSchema, Out extends StandardSchema> {
  /** From callers to the script. */
  readonly input: In;
  /** From the script to callers. */
  readonly return: Out;
}

/**
 * Defines a mission by its name and schemas, which must be synchronous.
 *
 * @throws {InvalidNameError} When the name is not a valid mission name.
 */
export function defineMission<In extends StandardSchema, Out extends StandardSchema>(
  name: string,
  schemas: MissionSchemas<In, Out>,
): DefinedMission<InputOf<In>, OutputOf<Out>, OutputOf<In>, InputOf<Out>>;
/** Defines a mission by its name and types only; nothing is validated at run time. */
export function defineMission<Input, Return>(name: string): DefinedMission<Input, Return>;
export function defineMission(
  name: string,
  schemas?: MissionSchemas<StandardSchema, StandardSchema>,
): DefinedMission<unknown, unknown> {
  const mission = parseMissionName(name);
  const parse = (raw: unknown) => schemas ? checked(schemas.input, raw, { mission, side: "input" }) : raw;
  const parseReturn = (raw: unknown, by?: ReturnedBy) =>
    schemas ? checked(schemas.return, raw, { mission, side: "return", by }) : raw;
  return {
    mission,
    parse,
    parseReturn,
    // A script without an input gets an empty object, so that is what is validated.
    checkInput: (input) => void parse(input ?? {}),
    implement: (run) => async (context) => {
      const returned = await run(context);
      parseReturn(returned);
      return returned;
    },
  };
}

interface CheckedSide {
  readonly mission: string;
  readonly side: SchemaValidationError["side"];
  readonly by?: ReturnedBy | undefined;
}

function checked(
  schema: StandardSchema,
  value: unknown,
  { mission, side, by }: CheckedSide,
): unknown {
  const result = schema["~standard"].validate(value);
  if (result instanceof Promise) {
    throw new TypeError(`the ${side} schema of mission "${mission}" must be synchronous`);
  }
  if (result.issues === undefined) return result.value;
  throw new SchemaValidationError(mission, side, result.issues.map(toLine), by);
}

function toLine({ path = [], message }: StandardIssue): string {
  const at = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return at === "" ? message : `${at}: ${message}`;
}
