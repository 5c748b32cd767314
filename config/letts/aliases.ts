/**
 * Resolution of ids and aliases to dugdales.
 *
 * @module
 */

/** Rounds until an id must be reached, which leaves seven aliases in a row. */
const ROUNDS_MAX = 8;

/** Ids and aliases. */
export interface HostNames<Dugdale> {
  /** By id. Ids win over aliases. */
  readonly dugdales: ReadonlyMap<string, Dugdale>;
  /** Values by alias, with their `${NAME}` still in them. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** The dugdale that was reached, or why none was, and at which alias. */
export type HostAnswer<Dugdale> =
  | { readonly found: Dugdale }
  | { readonly problem: string; readonly alias?: string };

/**
 * Follows aliases to a dugdale.
 *
 * @param fill Replaces the variables of an alias's value; `undefined` stops the search without an answer.
 */
export function findHost<Dugdale>(
  host: string,
  names: HostNames<Dugdale>,
  fill: (value: string, alias: string) => string | undefined,
): HostAnswer<Dugdale> | undefined {
  const seen = new Set<string>();
  let text = host;
  let from: { readonly alias?: string } = {};
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = names.dugdales.get(text);
    if (found) return { found };
    const value = names.aliases.get(text);
    if (value === undefined) {
      return { problem: `host ${JSON.stringify(text)} not found in aliases or dugdales[].id`, ...from };
    }
    if (seen.has(text)) return { problem: `aliases run in a cycle: ${[...seen, text].join(" → ")}`, ...from };
    seen.add(text);
    const next = fill(value, text);
    if (next === undefined) return undefined;
    from = { alias: text };
    if (next === text) return { problem: `alias "${text}" is self-referential`, ...from };
    text = next;
  }
  return {
    problem: `alias depth exceeded: "${host}" reaches no id within ${ROUNDS_MAX - 1} aliases`,
    ...from,
  };
}
