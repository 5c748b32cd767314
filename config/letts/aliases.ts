/**
 * Resolution of ids and aliases to dugdales.
 *
 * @module
 */

/** Maximum number of lookups, which allows seven aliases in a row. */
const ROUNDS_MAX = 8;

/** Ids and aliases. */
export interface HostNames<Dugdale> {
  /** Dugdales by id. Ids take precedence over aliases. */
  readonly dugdales: ReadonlyMap<string, Dugdale>;
  /** Values of aliases, with `${NAME}` not yet replaced. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** The dugdale found, or the reason and the alias where resolution failed. */
export type HostAnswer<Dugdale> =
  | { readonly found: Dugdale }
  | { readonly problem: string; readonly alias?: string };

/**
 * Follows aliases to a dugdale.
 *
 * @param fill Replaces the variables of an alias's value; `undefined` ends the search without a result.
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
