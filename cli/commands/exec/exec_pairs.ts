/**
 * `--in` and `--out`.
 *
 * @module
 */
import { FILE_ROLE } from "../../../protocol/names.ts";
import { UsageError } from "../../errors.ts";
import { type Pair, parsePairs } from "../../parse/pairs.ts";

/** As {@linkcode parsePairs}; keys must also fit into the name of a variable. */
export function execPairs(flag: string, texts: readonly string[]): readonly Pair[] {
  const pairs = parsePairs(flag, texts);
  const wrong = pairs.find(({ key }) => !FILE_ROLE.is(key));
  if (wrong === undefined) return pairs;
  throw new UsageError(`${flag}: ${FILE_ROLE.refusal(wrong.key, "key")}`);
}
