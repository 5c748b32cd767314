import type { DugdaleLimits } from "../../config/dugdale/limits.ts";
import { InvalidDurationError, parseDuration } from "../../protocol/duration.ts";
import {
  checkAdditions,
  type DispatchAdditions,
  InvalidAdditionError,
  PRIORITIES,
  type SentAdditions,
} from "../../protocol/dispatch_options.ts";
import { featuresOf } from "../../protocol/features.ts";
import type { JsonObject, JsonValue } from "../../protocol/json_value.ts";
import type { DispatchBody, DispatchReply } from "../../protocol/mission.ts";
import { quote } from "../../protocol/clip.ts";
import {
  FILE_ROLE,
  isFileRole,
  isLaneName,
  isMissionId,
  isMissionName,
  isStagingId,
  LANE_NAME,
  MISSION_ID,
  MISSION_NAME,
  STAGING_ID,
} from "../../protocol/names.ts";
import { dispatchMission, type DispatchRequest } from "../engine/dispatch.ts";
import { canonicalInTurns, DepthError, NotCanonicalError } from "../json/canonical.ts";
import { ProblemError } from "../problem_error.ts";
import { type JsonNode, member } from "../json/reader.ts";
import type { MissionClass, Successor } from "../store/mission_row.ts";
import { json } from "./answer.ts";
import type { AuditedAction } from "./audit.ts";
import type { Call, Caller, RouteHandlers } from "./call.ts";
import { assertAcceptsWork, type HandlerParts, viewOf } from "./parts.ts";
import type { RequestBody } from "./request_body.ts";
import { readTraceparent } from "./traceparent.ts";

/** Each input file of a mission takes one or two statements in the transaction of its dispatch. */
const FILES_MAX = 1000;

/** `POST /v1/dispatch` */
export function dispatchHandler(parts: HandlerParts): RouteHandlers["dispatch"] {
  return async (call) => {
    assertAcceptsWork(parts);
    const missionId = idempotencyKey(call);
    const body = await call.body();
    const request = {
      ...await readDispatch(missionId, body, parts.config.limits),
      traceparent: readTraceparent(call.request.headers),
      view: viewOf(call, parts),
    };
    assertMayDispatch(call.caller, request);
    const audited = auditedDispatch(call, request, parts);
    const { reply, created } = await dispatchMission(
      audited === undefined ? request : { ...request, entered: () => audited.within() },
      parts.enqueuer,
    );
    if (created && audited !== undefined) await audited.done();
    return json({ ...reply, ...featuresUsed(body) }, created ? 202 : 200);
  };
}

/** @throws {ProblemError} `forbidden` When the token may not use the lane or the mission, or those of a successor. */
export function assertMayDispatch(
  { token }: Pick<Caller, "token">,
  { lane, mission, plan }: Pick<DispatchRequest, "lane" | "mission" | "plan">,
): void {
  const limits = token?.limits;
  if (limits === undefined) return;
  limits.assertMayUse("mission", lane, mission);
  for (const next of [plan?.onSuccess, plan?.onFailure]) {
    if (next !== undefined) limits.assertMayUse("mission", next.lane ?? lane, next.mission);
  }
}

/** The audit record of a dispatch, if dispatches are recorded. */
export function auditedDispatch(
  call: Pick<Call, "caller">,
  { missionId, lane, mission }: Pick<DispatchRequest, "missionId" | "lane" | "mission">,
  { audit }: Pick<HandlerParts, "audit">,
): AuditedAction | undefined {
  if (!audit.recordsDispatches) return undefined;
  return audit.quietly(call, {
    action: "mission.dispatch",
    target: missionId,
    facts: { mission_id: missionId, lane, mission },
  });
}

type ReadAdditions = Pick<
  DispatchRequest,
  "class" | "runAtMs" | "delayMs" | "key" | "serial" | "plan" | "additions"
>;
const NO_ADDITIONS: ReadAdditions = readAdditions({}, { on_success: undefined, on_failure: undefined });

/** Tells the client that the additions of its dispatch were used; an older dugdale would have ignored them. */
export function featuresUsed({ shape }: RequestBody<DispatchBody>): Pick<DispatchReply, "features_used"> {
  const words = featuresOf(shape);
  return words.length === 0 ? {} : { features_used: words };
}

/** The id that makes repeats idempotent. @throws {ProblemError} `bad_request` */
export function idempotencyKey(call: Pick<Call, "request">): DispatchRequest["missionId"] {
  const key = call.request.headers.get("idempotency-key") ?? "";
  if (isMissionId(key)) return key;
  throw new ProblemError("bad_request", MISSION_ID.refusal(key, "header Idempotency-Key"));
}

/** A timeout in milliseconds; null if none is given. @throws {ProblemError} `bad_request` */
export function readTimeout(text: string): number | null {
  if (text === "") return null;
  try {
    const ms = parseDuration(text);
    if (ms >= 0) return ms;
  } catch (cause) {
    if (!(cause instanceof InvalidDurationError)) throw cause;
    throw new ProblemError("bad_request", `timeout: ${cause.message}`, { cause });
  }
  throw new ProblemError("bad_request", `timeout ${quote(text)} must not be negative`);
}

/**
 * Parses the body of a dispatch and checks everything that does not need the database. @throws {ProblemError} In the
 * documented order.
 */
export async function readDispatch(
  missionId: DispatchRequest["missionId"],
  body: RequestBody<DispatchBody>,
  limits: Pick<DugdaleLimits, "maxJsonDepth">,
): Promise<Omit<DispatchRequest, "traceparent">> {
  const { mission, lane, timeout = "", files = [], input: _node, ...sent } = body.shape;
  if (!isMissionName(mission)) {
    throw new ProblemError("bad_request", MISSION_NAME.refusal(mission, "mission"));
  }
  if (!isLaneName(lane)) {
    throw new ProblemError("bad_request", LANE_NAME.refusal(lane, "lane"));
  }
  const input = await readInput(body, limits);
  const timeoutMs = readTimeout(timeout);
  // Its schema has validated `retry` completely.
  const additions = isPlain(sent) ? NO_ADDITIONS : readAdditions(sent as SentAdditions, {
    on_success: await readSuccessorInput("on_success", body, limits),
    on_failure: await readSuccessorInput("on_failure", body, limits),
  });
  if (files.length > FILES_MAX) {
    throw new ProblemError("too_many_files", `files has ${files.length} files, ${FILES_MAX} are allowed`, {
      details: { count: files.length, max: FILES_MAX },
    });
  }
  const checked = files.map(({ role, staging_id: stagingId }) => {
    if (!isFileRole(role)) {
      throw new ProblemError("bad_request", FILE_ROLE.refusal(role, "files[].role"));
    }
    if (!isStagingId(stagingId)) {
      throw new ProblemError("bad_request", STAGING_ID.refusal(stagingId, "files[].staging_id"));
    }
    return { role, stagingId };
  });
  return { missionId, mission, lane, input, timeoutMs, files: checked, ...additions };
}

/** Most dispatches have no additions, and must not pay for them. */
function isPlain(sent: object): boolean {
  for (const value of Object.values(sent)) if (value !== undefined) return false;
  return true;
}

/** Converts the additions of a dispatch for the engine. @throws {ProblemError} `bad_request` */
function readAdditions(
  sent: SentAdditions,
  inputs: Readonly<Record<"on_success" | "on_failure", string | undefined>>,
): ReadAdditions {
  const { priority, run_at, delay, key, unique, serial, on_success, on_failure, tags, owner, notify, retry } =
    checked(sent);
  const onSuccess = on_success && { ...on_success, input: inputs.on_success };
  const onFailure = on_failure && { ...on_failure, input: inputs.on_failure };
  const plan = {
    ...(onSuccess === undefined ? {} : { onSuccess }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(unique === undefined ? {} : { unique }),
    ...(tags?.length ? { tags } : {}),
    ...(owner === undefined ? {} : { owner }),
    ...(notify === undefined ? {} : { notify }),
    ...(retry && { retry }),
  };
  const delayMs = delay === undefined ? undefined : parseDuration(delay);
  const additions = {
    ...(delayMs === undefined ? {} : { delay_ms: delayMs }),
    ...(key === undefined ? {} : { key }),
    ...(onFailure === undefined ? {} : { on_failure: toIdentity(onFailure) }),
    ...(onSuccess === undefined ? {} : { on_success: toIdentity(onSuccess) }),
    ...(notify === undefined ? {} : { notify }),
    ...(owner === undefined ? {} : { owner }),
    ...(priority === undefined || priority === "normal" ? {} : { priority }),
    ...(retry === undefined ? {} : { retry: { ...retry } as JsonObject }),
    ...(run_at === undefined ? {} : { run_at }),
    ...(serial ? { serial } : {}),
    ...(tags?.length ? { tags } : {}),
    ...(unique === undefined ? {} : { unique }),
  };
  return {
    class: PRIORITIES.indexOf(priority ?? "normal") as MissionClass,
    runAtMs: run_at ?? null,
    delayMs,
    key: key ?? null,
    serial: serial ? 1 : 0,
    plan: Object.keys(plan).length === 0 ? null : plan,
    additions,
  };
}

/** The part of a successor that is included in the fingerprint. */
function toIdentity({ mission, lane, input = "{}" }: Successor): JsonValue {
  return { input, lane: lane ?? null, mission };
}

/** The input of a successor, as canonical JSON. @throws {ProblemError} `bad_request` */
async function readSuccessorInput(
  name: "on_success" | "on_failure",
  body: RequestBody<DispatchBody>,
  limits: Pick<DugdaleLimits, "maxJsonDepth">,
): Promise<string | undefined> {
  const successor = body.node(name);
  const node = successor?.kind === "object" ? member(successor, "input") : undefined;
  if (node === undefined) return undefined;
  if (node.kind !== "object") {
    throw new ProblemError("bad_request", `${name}.input must be an object, not a JSON ${node.kind}`);
  }
  return await canonicalInput(`${name}.input`, node, body, limits);
}

function checked(sent: SentAdditions): DispatchAdditions {
  try {
    return checkAdditions(sent);
  } catch (cause) {
    if (!(cause instanceof InvalidAdditionError)) throw cause;
    throw new ProblemError("bad_request", cause.message, { cause });
  }
}

async function readInput(
  body: RequestBody<DispatchBody>,
  limits: Pick<DugdaleLimits, "maxJsonDepth">,
): Promise<string> {
  const node = body.node("input");
  return node === undefined ? "null" : await canonicalInput("input", node, body, limits);
}

async function canonicalInput(
  what: string,
  node: JsonNode,
  { source }: RequestBody<DispatchBody>,
  { maxJsonDepth }: Pick<DugdaleLimits, "maxJsonDepth">,
): Promise<string> {
  try {
    return await canonicalInTurns(node, source, maxJsonDepth);
  } catch (cause) {
    if (cause instanceof DepthError) {
      throw new ProblemError("bad_request", `${what} ${cause.message}`, {
        details: { max_json_depth: maxJsonDepth },
        cause,
      });
    }
    if (!(cause instanceof NotCanonicalError)) throw cause;
    throw new ProblemError("bad_request", `${what}: ${cause.message}`, { cause });
  }
}
