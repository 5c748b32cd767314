/** Options of a mission, and parsing of the input. @module */
import type { JsonValue } from "../protocol/json_value.ts";
import { InvalidInputError } from "./errors.ts";
import { MissionFailure } from "./failure.ts";
import type { LogFormat } from "./log.ts";
import { messageOf } from "./permission.ts";

/** Options of both styles, for a mission that reads its input by paths. */
export interface MissionOptions {
  /** Format of log lines. Default: text on a terminal, JSON anywhere else. */
  readonly log?: LogFormat;
}

/** Options of both styles, for a mission with a parsed input. */
export interface ParsingOptions<Input> extends MissionOptions {
  /**
   * Converts the input to the mission's type; an exception fails the mission with the reason `invalid_input`. Without
   * an input in the dispatch it gets `{}`.
   */
  readonly parse: (raw: unknown) => Input;
}

/** Options behind the overloads: without a parser, `Input` is {@linkcode JsonValue}. */
export type AnyOptions<Input> = MissionOptions & Partial<ParsingOptions<Input>>;

/**
 * The parsed input.
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
