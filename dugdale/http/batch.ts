import * as v from "valibot";
import { BATCH_MAX, batchEntry, type BatchItem } from "../../protocol/mission.ts";
import { isMissionId, MISSION_ID } from "../../protocol/names.ts";
import { dispatchMission } from "../engine/dispatch.ts";
import type { JsonNode } from "../json/reader.ts";
import { ProblemError } from "../problem_error.ts";
import { json } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import { featuresUsed, readDispatch } from "./dispatch.ts";
import { toProblem } from "./failure.ts";
import { assertAcceptsWork, type HandlerParts } from "./parts.ts";
import { RequestBody } from "./request_body.ts";
import { readTraceparent } from "./traceparent.ts";

/** The body as a whole; each mission is read by itself, so that an invalid one does not lose the others. */
const list = v.object({ missions: v.any() });

/** `POST /v1/dispatch/batch` */
export function batchHandler(parts: HandlerParts): RouteHandlers["dispatchBatch"] {
  return async (call) => {
    assertAcceptsWork(parts);
    const body = RequestBody.read(await call.bytes(), list);
    const traceparent = readTraceparent(call.request.headers);
    // Begun in the same turn of the event loop, they are one transaction.
    const results = await Promise.all(
      missionsOf(body).map(async (node, index): Promise<BatchItem> => {
        let id = "";
        try {
          const options = { code: "bad_request", what: `missions[${index}]` } as const;
          const entry = RequestBody.of(body.source, node, batchEntry, options);
          const { mission_id: missionId } = entry.shape;
          id = missionId;
          if (!isMissionId(missionId)) {
            throw new ProblemError(
              "bad_request",
              MISSION_ID.refusal(missionId, `${options.what}.mission_id`),
            );
          }
          const request = { ...readDispatch(missionId, entry), traceparent };
          const { reply } = await dispatchMission(request, parts.enqueuer);
          return { ok: true, ...reply, ...featuresUsed(entry) };
        } catch (error) {
          const { code, message, details } = toProblem(error, "dispatchBatch", parts.log);
          return { mission_id: id, ok: false, error: code, message, ...(details ? { details } : {}) };
        }
      }),
    );
    return json({ results });
  };
}

/** @throws {ProblemError} `bad_request` */
function missionsOf(body: RequestBody<unknown>): readonly JsonNode[] {
  const node = body.node("missions");
  if (node?.kind !== "array" || node.items.length === 0) {
    throw new ProblemError("bad_request", "missions must be an array of at least one mission");
  }
  const { length: count } = node.items;
  if (count <= BATCH_MAX) return node.items;
  throw new ProblemError("bad_request", `missions must be at most ${BATCH_MAX}, not ${count}`, {
    details: { count },
  });
}
