/**
 * Queries and actions on missions.
 *
 * @module
 */
import { type BulkItem, type MissionRecord, toMissionFields } from "../protocol/mission.ts";
import type { BodyOf } from "../protocol/routes.ts";
import type { FailuresReply } from "../protocol/failures.ts";
import { parseMissionId } from "../protocol/names.ts";
import type { DugdaleEntry } from "../config/letts/dugdale_entry.ts";
import { argument } from "./arguments.ts";
import type { Call, Connection } from "./http/connection.ts";
import type { Connections } from "./http/connections.ts";
import { ArgumentError, NotFoundError } from "./errors.ts";
import { requireFeatures } from "./features.ts";
import { askAll } from "./fleet.ts";
import { listing } from "./listing.ts";
import { ADMIN, ANY, readingScopes } from "./http/scopes.ts";
import type {
  BulkRestartOptions,
  CallOptions,
  DispatchedRef,
  FailureFilter,
  FleetAnswers,
  Listing,
  Mission,
  MissionFilter,
  MissionRef,
} from "./types.ts";

/** A forced delete is answered once the mission has ended; a dugdale waits up to 30 seconds for that. */
const FAILURES_NEEDED = ["failures"];
const FORCED_DELETE_MS = 60_000;

/** The call for one mission. @throws {ArgumentError} When the id is no UUIDv7. */
export function missionCall<Options extends Omit<Call, "path" | "missionId">>(
  missionId: string,
  call: Options,
): Options & Pick<Call, "path" | "missionId"> {
  return { ...call, path: { id: argument(() => parseMissionId(missionId)) }, missionId };
}

/** A mission of one dugdale; undefined when it does not exist. */
export async function getMission(
  connection: Connection,
  ref: Pick<MissionRef, "missionId" | "kind">,
  options: CallOptions,
): Promise<Mission | undefined> {
  const call = missionCall(ref.missionId, { scopes: readingScopes(ref.kind), signal: options.signal });
  try {
    return toMission(connection.host, await connection.json("getMission", call));
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The newest mission with a key of one dugdale; undefined when there is none. */
export async function findByKey(
  connection: Connection,
  key: string,
  { signal }: CallOptions,
): Promise<Mission | undefined> {
  await requireFeatures(connection, ["key"], { signal });
  try {
    return toMission(
      connection.host,
      await connection.json("getByKey", { scopes: ANY, path: { key }, signal }),
    );
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** Asks all dugdales in parallel; those without the mission are in neither list. */
export async function findMissions(
  connections: Connections,
  dugdales: readonly DugdaleEntry[],
  missionId: string,
  options: CallOptions,
): Promise<FleetAnswers<Mission>> {
  argument(() => parseMissionId(missionId));
  const { answers, unavailable } = await askAll(
    dugdales.map(({ id }) => id),
    (host, signal) => getMission(connections.to(host), { missionId }, { signal }),
    options,
  );
  const found = answers.flatMap(({ host, value }) => value === undefined ? [] : [{ host, value }]);
  return { answers: found, unavailable };
}

/** The missions of one dugdale. Nothing is sent before the first page is read. */
export function listMissions(connect: () => Connection, filter: MissionFilter): Listing<Mission> {
  const { signal, missionPrefix, groupId, failReason, ...rest } = filter;
  const { outcome } = filter;
  const outcomes = typeof outcome === "string" ? [outcome] : outcome;
  // An older dugdale would list nothing for several outcomes, and ignore the reason.
  const needed = (outcomes?.length ?? 0) > 1 || failReason !== undefined ? FAILURES_NEEDED : [];
  const query = {
    ...rest,
    outcome: outcomes?.join(","),
    mission_prefix: missionPrefix,
    group_id: groupId,
    fail_reason: failReason,
  };
  return listing(async (cursor) => {
    const connection = connect();
    await requireFeatures(connection, needed, { signal });
    const page = await connection.json("listMissions", {
      scopes: ADMIN,
      query: { ...query, cursor },
      signal,
    });
    return {
      items: page.missions.map((record) => toMission(connection.host, record)),
      nextCursor: page.next_cursor,
    };
  });
}

/** Failed missions, counted by name, outcome and reason. */
export async function failures(
  connection: Connection,
  { outcome, lane, mission, failReason, since, until, signal }: FailureFilter,
): Promise<FailuresReply> {
  await requireFeatures(connection, FAILURES_NEEDED, { signal });
  return await connection.json("failures", {
    scopes: ADMIN,
    query: { outcome: outcome?.join(","), lane, mission, fail_reason: failReason, since, until },
    signal,
  });
}

/** Ends a mission: a queued one immediately, a running one by signal. */
export async function kill(
  connection: Connection,
  { missionId }: MissionRef,
  options: CallOptions,
): Promise<"killed" | "kill_sent"> {
  const call = missionCall(missionId, { scopes: ADMIN, body: `{"signal":"TERM"}`, signal: options.signal });
  return (await connection.json("kill", call)).status;
}

/** Queues an ended mission again under a new id. */
export async function restart(
  connection: Connection,
  { missionId, kind = "mission" }: MissionRef,
  options: CallOptions,
): Promise<DispatchedRef> {
  const reply = await connection.json(
    "restart",
    missionCall(missionId, { scopes: ADMIN, signal: options.signal }),
  );
  return { host: connection.host, missionId: reply.mission_id, kind, status: reply.status };
}

/** Makes a mission that waits for its time due now. */
export async function runNow(
  connection: Connection,
  { missionId }: MissionRef,
  { signal }: CallOptions,
): Promise<"queued" | "running"> {
  await requireFeatures(connection, ["run_at"], { missionId, signal });
  return (await connection.json("runNow", missionCall(missionId, { scopes: ADMIN, signal }))).status;
}

/** Removes a mission with its files. */
export async function deleteMission(
  connection: Connection,
  { missionId }: MissionRef,
  options: { readonly force?: boolean | undefined } & CallOptions,
): Promise<void> {
  await connection.json(
    "deleteMission",
    missionCall(missionId, { scopes: ADMIN, signal: options.signal, ...forced(options.force) }),
  );
}

/** Query and timeout of a delete. */
export function forced(force: boolean | undefined): Pick<Call<"deleteMission">, "query" | "timeoutMs"> {
  return force ? { query: { force: true }, timeoutMs: FORCED_DELETE_MS } : {};
}

/**
 * Restarts or deletes up to 1000 missions, one after the other. Each item has its own result.
 *
 * @throws {ArgumentError} When there are none or too many, or an id is not a UUIDv7.
 */
export async function bulk(
  connection: Connection,
  route: "bulkRestart" | "bulkDelete",
  ids: readonly string[],
  options: { readonly force?: boolean | undefined } & BulkRestartOptions,
): Promise<readonly BulkItem[]> {
  if (ids.length === 0 || ids.length > 1000) {
    throw new ArgumentError(`a bulk call takes 1 to 1000 ids, not ${ids.length}`);
  }
  for (const id of ids) argument(() => parseMissionId(id));
  const { force, set, signal } = options;
  if (set !== undefined) await requireFeatures(connection, FAILURES_NEEDED, { signal });
  const members = { ids, ...(force ? { force: true } : {}), ...(set === undefined ? {} : { set }) };
  const { results } = await connection.json(route, {
    scopes: ADMIN,
    body: JSON.stringify(members satisfies BodyOf<typeof route>),
    // They are processed one after the other, and a forced delete may take half a minute each.
    timeoutMs: options.force ? Infinity : undefined,
    signal: options.signal,
  });
  return results;
}

function toMission(host: string, record: MissionRecord): Mission {
  return { host, ...toMissionFields(record), record };
}
