import { newId } from "../contract/ids.ts";
import type { Random } from "./random.ts";

const MOST = 200;
const known: string[] = [];

/** An id that earlier requests may have used, so that later ones meet something; sometimes a new one. */
export function knownId(random: Random): string {
  const found = known[random.below(MOST)];
  if (found !== undefined && random.chance(0.8)) return found;
  const made = newId();
  known[random.below(MOST)] = made;
  return made;
}
