/**
 * Schemas of values used by several requests.
 *
 * @module
 */
import * as v from "valibot";
import { MISSION_ID, type NameRule, STAGING_ID } from "./names.ts";

/** A schema whose members can be accessed individually. */
export interface ObjectShape<Shape> extends v.GenericSchema<unknown, Shape> {
  /** The members by name. */
  readonly entries: Readonly<Record<string, v.GenericSchema>>;
}

type Text = v.GenericSchema<string>;

/** A string that satisfies the rule of a name. */
export const nameOf = (rule: NameRule, description: string = `A ${rule.what}`): Text =>
  v.pipe(v.string(), v.regex(new RegExp(rule.pattern), rule.words), v.description(description));

/** A string without a rule. */
export const text = (description: string): Text => v.pipe(v.string(), v.description(description));

/** A string to compare with. An unknown one is not an error: it matches nothing. */
export const filter = (description: string, words?: readonly string[]): Text =>
  v.pipe(v.string(), v.metadata({ description, ...(words && { enum: words }) }));

/** One of several words. `words` lists them for error messages. */
export const oneOf = <const Word extends string>(
  options: readonly Word[],
  words: string,
  description: string,
): v.GenericSchema<Word> => v.pipe(v.picklist(options, words), v.description(description));

/** A word of an extensible list: an unknown one is passed on unchanged. */
export type Open<Word extends string> = Word | (string & Record<never, never>);

/**
 * Schema of an {@linkcode Open} word in a reply. Typed as a known one, because a dugdale sends no others; the client's
 * types allow for others.
 */
export const openWord = <const Word extends string>(known: readonly Word[]): v.GenericSchema<Word> =>
  v.pipe(v.string(), v.metadata({ enum: [...known] })) as unknown as v.GenericSchema<Word>;

/** True or false. */
export const flag = (description: string): v.GenericSchema<boolean> =>
  v.pipe(v.boolean(), v.description(description));

/** A 64-bit integer. `words` complete `must be …` in error messages. */
export const integer = (
  words: string,
  description: string,
  { min = -(2 ** 63), ...more }: { readonly min?: number; readonly default?: number } = {},
): v.GenericSchema<number> =>
  v.pipe(
    v.number(words),
    v.integer(words),
    v.minValue(min, words),
    v.metadata({ description, format: "int64", ...more }),
  );

/** Maximum run time of a mission's process. */
export const timeout: Text = text("Like `30s`, `5m` or `1h30m`, counted from the start of the process");

export const DURATION: RegExp =
  /^(?:0|(?:(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(?:ns|us|µs|ms|s|m|h))+)$/;

/** A duration within an option, with its complete rule. */
export const duration = (description: string): Text =>
  v.pipe(
    v.string("must be a duration such as 250ms, 30s or 1h30m"),
    v.maxLength(24, "must be a duration of at most 24 characters"),
    v.regex(DURATION, "must be a duration such as 250ms, 30s or 1h30m"),
    v.description(description),
  );

/** The id of an uploaded file. */
export const stagingId: Text = nameOf(STAGING_ID, "An uploaded file");

/** The id of a mission. */
export const missionId: Text = nameOf(MISSION_ID);

/** The size of a page. */
export const limit: v.GenericSchema<number> = integer(
  "a positive integer",
  "Entries of a page; more than 1000 are 1000",
  { min: 1, default: 100 },
);

/** The position in a list at which a page begins. */
export const cursor: Text = text("The `next_cursor` of the page before; all filters are sent again with it");
