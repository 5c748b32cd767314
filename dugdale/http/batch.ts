import * as v from "valibot";
import { BATCH_MAX, batchEntry, type BatchItem } from "../../protocol/mission.ts";
import { isMissionId, MISSION_ID } from "../../protocol/names.ts";
import { ROUTES } from "../../protocol/routes.ts";
import { dispatchMission } from "../engine/dispatch.ts";
import { nextTurn } from "../host/clock.ts";
import type { JsonNode } from "../json/reader.ts";
import { ProblemError } from "../problem_error.ts";
import { json } from "./answer.ts";
import { refusalOf } from "./audit.ts";
import type { RouteHandlers } from "./call.ts";
import { assertMayDispatch, auditedDispatch, featuresUsed, readDispatch } from "./dispatch.ts";
import { toProblem } from "./failure.ts";
import { assertAcceptsWork, type HandlerParts, viewOf } from "./parts.ts";
import { RequestBody } from "./request_body.ts";
import { readTraceparent } from "./traceparent.ts";

/** Maximum number of missions handled in one turn of the event loop, about ten milliseconds. */
const TURN_MISSIONS = 100;

const ROUTE = { method: ROUTES.dispatchBatch.method, route: ROUTES.dispatchBatch.path };

/** The body as a whole; each mission is validated separately, so that an invalid one does not affect the others. */
const list = v.object({ missions: v.any() });

/** `POST /v1/dispatch/batch` */
export function batchHandler(parts: HandlerParts): RouteHandlers["dispatchBatch"] {
  return async (call) => {
    assertAcceptsWork(parts);
    const body = await RequestBody.read(await call.bytes(), list);
    const missions = missionsOf(body);
    const view = viewOf(call, parts);
    const traceparent = readTraceparent(call.request.headers);
    const dispatch = async (node: JsonNode, index: number): Promise<BatchItem> => {
      let id = "";
      try {
        const options = { code: "bad_request", what: `missions[${index}]` } as const;
        const entry = RequestBody.of(body.source, node, batchEntry, options);
        const { mission_id: missionId } = entry.shape;
        id = missionId;
        if (!isMissionId(missionId)) {
          throw new ProblemError("bad_request", MISSION_ID.refusal(missionId, `${options.what}.mission_id`));
        }
        const request = { ...await readDispatch(missionId, entry, parts.config.limits), traceparent, view };
        assertMayDispatch(call.caller, request);
        const audited = auditedDispatch(call, request, parts);
        const { reply, created } = await dispatchMission(
          audited === undefined ? request : { ...request, entered: () => audited.within() },
          parts.enqueuer,
        );
        if (created && audited !== undefined) await audited.done();
        return { ok: true, ...reply, ...featuresUsed(entry) };
      } catch (error) {
        const problem = toProblem(error, "dispatchBatch", parts.log);
        const { code, message, details } = problem;
        if (code === "forbidden") parts.audit.refused(refusalOf(call.caller, { ...ROUTE, problem }));
        return { mission_id: id, ok: false, error: code, message, ...(details ? { details } : {}) };
      }
    };
    const results: BatchItem[] = [];
    for (let first = 0; first < missions.length; first += TURN_MISSIONS) {
      if (first > 0) await nextTurn();
      // Started in the same turn of the event loop, they share one transaction.
      const turn = missions.slice(first, first + TURN_MISSIONS).map((node, index) =>
        dispatch(node, first + index)
      );
      results.push(...await Promise.all(turn));
    }
    return json({ results });
  };
}

/** @throws {ProblemError} `bad_request` */
function missionsOf(body: RequestBody<unknown>): readonly JsonNode[] {
  const node = body.node("missions");
  const missions = node?.kind === "array" ? Iterator.from(node.items).take(BATCH_MAX + 1).toArray() : [];
  if (missions.length === 0) {
    throw new ProblemError("bad_request", "missions must be an array of at least one mission");
  }
  if (missions.length <= BATCH_MAX) return missions;
  throw new ProblemError("bad_request", `missions must be at most ${BATCH_MAX}`, {
    details: { max: BATCH_MAX },
  });
}
