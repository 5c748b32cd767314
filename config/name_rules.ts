/**
 * The names that letts.yaml gives to things, each with its pattern.
 *
 * @module
 */

/** How a name must look. */
export interface NameRule {
  /** What it names. */
  readonly what: string;
  /** A regular expression over the whole name. */
  readonly pattern: string;
  /** The pattern in words. */
  readonly words: string;
}

/** What has a name in letts.yaml. */
export type NameKind = "id" | "route" | "template" | "alias" | "lane" | "label";

const ID = "^[a-z][a-z0-9_-]{0,63}$";
const ID_WORDS = "1 to 64 of a-z, 0-9, _ and -, starting with a letter";
const LANE = "^[a-z][a-z0-9_-]{0,31}$";
const LANE_WORDS = "1 to 32 of a-z, 0-9, _ and -, starting with a letter";

/** The rules by the kind of name. Ids, routes, lanes and labels look as `protocol/names.ts` has them. */
export const NAME_RULES: Readonly<Record<NameKind, NameRule>> = {
  id: { what: "id", pattern: ID, words: ID_WORDS },
  route: { what: "route name", pattern: ID, words: ID_WORDS },
  template: { what: "template name", pattern: ID, words: ID_WORDS },
  alias: {
    what: "alias",
    pattern: "^[a-z0-9][a-z0-9_-]{0,63}$",
    words: "1 to 64 of a-z, 0-9, _ and -, starting with a letter or a digit",
  },
  lane: { what: "lane name", pattern: LANE, words: LANE_WORDS },
  label: { what: "label", pattern: LANE, words: LANE_WORDS },
};

/** What is wrong with a name; `undefined` when nothing is. */
export function nameFault(kind: NameKind, name: string): string | undefined {
  const rule = NAME_RULES[kind];
  if (new RegExp(rule.pattern).test(name)) return undefined;
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return `${rule.what} ${JSON.stringify(shown)} must be ${rule.words}`;
}
