import { type FailureGroup, FAILURES, type FailuresReply } from "../../protocol/failures.ts";
import { type OutcomeKind, OUTCOMES } from "../../protocol/mission.ts";
import type { CountedFailures } from "../store/failures.ts";
import { json } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import type { HandlerParts } from "./parts.ts";

/** Maximum number of characters of a shown message. */
const MESSAGE_CHARS = 512;

/** `GET /v1/failures` */
export function failuresHandler({ store }: Pick<HandlerParts, "store">): RouteHandlers["failures"] {
  const toGroup = (
    { name, outcome, failReason, count, firstMs, lastMs, lastId }: CountedFailures,
  ): FailureGroup => {
    const last = store.missions.find(lastId);
    const message = last?.status === "done" ? last.fail_message?.slice(0, MESSAGE_CHARS) : undefined;
    return {
      mission: name,
      outcome,
      fail_reason: failReason ?? undefined,
      count,
      first_at: firstMs,
      last_at: lastMs,
      last_mission_id: lastId,
      last_message: message || undefined,
    };
  };
  return async (call) => {
    const { outcome, lane, mission, fail_reason: failReason, since, until } = call.query();
    const { total, groups, truncated } = await store.failures.count({
      outcomes: outcome === undefined ? FAILURES : outcome.split(",").filter(isFailure),
      lane,
      name: mission,
      failReason,
      sinceMs: since,
      untilMs: until,
      within: call.caller.token?.limits?.within,
    });
    groups.sort((a, b) => b.count - a.count || b.lastMs - a.lastMs);
    return json({ total, groups: groups.map(toGroup), truncated } satisfies FailuresReply);
  };
}

/** An unknown outcome matches nothing, as in lists; a success is not a failure. */
function isFailure(word: string): word is OutcomeKind {
  return word !== "success" && OUTCOMES.some((outcome) => outcome === word);
}
