/** What a mission may choose at its start, and the input that comes of it. @module */
import type { JsonValue } from "../protocol/json_value.ts";
import { InvalidInputError } from "./errors.ts";
import { MissionFailure } from "./failure.ts";
import type { LogFormat } from "./log.ts";
import { messageOf } from "./permission.ts";

/** Options of both styles, for a mission that reads its input by paths. */
export interface MissionOptions {
  /** The form of log lines. Default: text on a terminal, JSON anywhere else. */
  readonly log?: LogFormat;
}

/** Options of both styles, for a mission that works with a type of its own. */
export interface ParsingOptions<Input> extends MissionOptions {
  /**
   * Turns the input into the mission's type; whatever it throws fails the mission with the reason `invalid_input`. A
   * mission that was dispatched without an input gets `{}` here.
   */
  readonly parse: (raw: unknown) => Input;
}

/** Options as the code behind the overloads sees them: without a parser, `Input` is {@linkcode JsonValue}. */
export type AnyOptions<Input> = MissionOptions & Partial<ParsingOptions<Input>>;

/**
 * The input in the mission's own type.
 *
 * @throws {InvalidInputError} When the parser throws anything but a {@linkcode MissionFailure}.
 */
export function parseInput<Input>(raw: JsonValue, { parse }: AnyOptions<Input>): Input {
  const given = raw ?? {};
  if (parse === undefined) return given as Input;
  try {
    return parse(given);
  } catch (error) {
    if (error instanceof MissionFailure || error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(messageOf(error), { cause: error });
  }
}
