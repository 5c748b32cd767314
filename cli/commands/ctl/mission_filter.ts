/**
 * Mission filters: from flags, or from a selector.
 *
 * @module
 */
import type { MissionFilter } from "../../../client/types.ts";
import { UsageError } from "../../errors.ts";
import type { Values } from "../../parse/flags.ts";
import { parseTime } from "../../parse/times.ts";
import { LIST_FLAGS } from "./flags.ts";

/** The filters given by flags. */
export function listFilter(
  flags: Omit<Values<typeof LIST_FLAGS>, "cursor">,
  nowMs: number,
): MissionFilter {
  return {
    status: flags.status,
    outcome: flags.outcome,
    lane: flags.lane,
    since: parseTime("--since", flags.since, nowMs),
    until: parseTime("--until", flags.until, nowMs),
    limit: flags.limit > 0 ? flags.limit : undefined,
  };
}

const KEYS = ["status", "outcome", "lane", "mission", "mission_prefix", "since", "until"];

/**
 * The filters of a selector: comma-separated `key=value`, without quoting. The last value of a repeated key is used.
 *
 * @throws {UsageError} When a part is invalid.
 */
export function parseSelector(text: string, nowMs: number): MissionFilter {
  const given = new Map<string, string>();
  for (const part of text.split(",")) {
    const at = part.indexOf("=");
    const key = part.slice(0, Math.max(0, at));
    if (at === -1) throw new UsageError(`--selector: ${JSON.stringify(part)} must be key=value`);
    if (!KEYS.includes(key)) {
      throw new UsageError(`--selector: unknown key ${JSON.stringify(key)}; known are ${KEYS.join(", ")}`);
    }
    given.set(key, part.slice(at + 1));
  }
  return {
    status: oneOf(LIST_FLAGS.status.choices, "status", given.get("status")),
    outcome: oneOf(LIST_FLAGS.outcome.choices, "outcome", given.get("outcome")),
    lane: given.get("lane"),
    mission: given.get("mission"),
    missionPrefix: given.get("mission_prefix"),
    since: parseTime("--selector since", given.get("since"), nowMs),
    until: parseTime("--selector until", given.get("until"), nowMs),
  };
}

function oneOf<Word extends string>(
  words: readonly Word[],
  key: string,
  text: string | undefined,
): Word | undefined {
  if (text === undefined) return undefined;
  const word = words.find((word) => word === text);
  if (word !== undefined) return word;
  throw new UsageError(`--selector: ${key} ${JSON.stringify(text)} must be one of ${words.join(", ")}`);
}
