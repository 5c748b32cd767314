/**
 * `--in` and `--out`.
 *
 * @module
 */
import { isFileRole } from "../../protocol/names.ts";
import { UsageError } from "../errors.ts";
import { type Pair, parsePairs } from "../pairs.ts";

/** As {@linkcode parsePairs}; keys must also fit into the name of a variable. */
export function execPairs(flag: string, texts: readonly string[]): readonly Pair[] {
  const pairs = parsePairs(flag, texts);
  const wrong = pairs.find(({ key }) => !isFileRole(key));
  if (wrong === undefined) return pairs;
  throw new UsageError(
    `${flag}: key ${
      JSON.stringify(wrong.key)
    } must be 1 to 64 of letters, digits and _, starting with a letter ` +
      "or a single _",
  );
}
