/**
 * The handlers of the UI's routes.
 *
 * @module
 */
import * as v from "valibot";
import { setCookie } from "@std/http/cookie";
import type { LettsClient } from "../client/client.ts";
import { ConfigError } from "../config/config_error.ts";
import type { FleetMissionFilter, LogStream, MissionRef } from "../client/types.ts";
import { json, jsonText } from "../dugdale/http/answer.ts";
import type { Handlers } from "../dugdale/http/app.ts";
import type { Call, Handler } from "../dugdale/http/call.ts";
import type { Clock } from "../dugdale/host/clock.ts";
import { lines } from "../protocol/lines.ts";
import { LettsError } from "../protocol/letts_error.ts";
import type { BulkItem, MissionKind, MissionStatus, OutcomeKind } from "../protocol/mission.ts";
import type { WhoamiReply } from "../protocol/whoami.ts";
import { eventStream, type Message } from "./event_stream.ts";
import { Reads } from "./reads.ts";
import { Refusal, shortReason, toRefusal } from "./refusal.ts";
import {
  bulkBody,
  dispatchForm,
  type FailuresBody,
  failuresBody,
  type Item,
  type ListQuery,
  signInBody,
  type UI_ROUTES,
} from "./routes.ts";
import { type Clients, type Session, SESSION_COOKIE, type Sessions } from "./sessions.ts";
import { allSchedules, dashboard, failureGroups, missing, row } from "./summary.ts";

/** What the handlers work with. */
export interface ApiParts {
  readonly sessions: Sessions;
  /** Opens clients with the tokens of letts.yaml, or with one given token for everything. */
  readonly open: (token?: string) => Promise<Clients>;
  readonly readOnly: boolean;
  readonly title: string;
  readonly version: string;
  readonly cacheMs: number;
  readonly clock: Clock;
  readonly stopping: AbortSignal;
  /** Told every change that was asked for. */
  readonly audit: (session: Session, action: string, facts: Readonly<Record<string, unknown>>) => void;
}

/** The names of the routes. */
export type UiKey = keyof typeof UI_ROUTES;
/** The handlers, one for each route. */
export type UiHandlers = Handlers<typeof UI_ROUTES>;

const LIST_MAX = 500;
const BULK_MAX = 1000;
/** A forced delete waits for the end of each mission, so that few are sent at once. */
const FORCED_BULK_MAX = 10;
const LINE_MAX_BYTES = 16 * 1024 * 1024;

/** Makes the handlers. */
export function uiHandlers(parts: ApiParts): UiHandlers {
  const { sessions, clock } = parts;
  const reads = new WeakMap<Session, Reads>();

  const sessionOf = (call: Pick<Call, "request">): Session => {
    const session = sessions.find(call.request);
    if (session === undefined) throw new Refusal(401, "unauthorized", "sign in first");
    return session;
  };

  /** A read whose answer other tabs share for a short time. */
  const shared = (name: string, read: (client: LettsClient) => Promise<object>): Handler =>
    answering(async (call) => {
      const session = sessionOf(call);
      return json(await readsOf(session).get(name, () => read(session.clients.reads)));
    });
  const readsOf = (session: Session): Reads => {
    const known = reads.get(session) ?? new Reads(parts.cacheMs, clock);
    reads.set(session, known);
    return known;
  };

  /** A change: refused when the UI is read-only, and recorded. */
  const changing = (action: string, act: (call: Call, session: Session) => Promise<unknown>): Handler =>
    answering(async (call) => {
      const session = sessionOf(call);
      if (parts.readOnly) throw new Refusal(405, "read_only", "this UI is read-only");
      try {
        const result = await act(call, session);
        parts.audit(session, action, { ...call.path, result: "ok" });
        return json(result ?? {});
      } catch (error) {
        const result = error instanceof LettsError ? error.code : "failed";
        parts.audit(session, action, { ...call.path, result });
        throw error;
      } finally {
        readsOf(session).clear();
      }
    });

  /** A change of each of several missions. */
  const bulk = (
    action: string,
    act: (client: LettsClient, host: string, ids: readonly string[], force: boolean) => Promise<
      readonly BulkItem[]
    >,
  ): Handler =>
    changing(action, async (call, { clients }) => {
      const { items, force = false } = await bodyOf(call, bulkBody);
      const perCall = force ? FORCED_BULK_MAX : BULK_MAX;
      return { results: await inBulk(items, perCall, (host, ids) => act(clients.changes, host, ids, force)) };
    });

  return {
    healthz: () => new Response(null),
    signIn: answering(async (call) => {
      const { key, token } = await bodyOf(call, signInBody);
      if (key !== undefined && !sessions.useKey(key)) {
        throw new Refusal(401, "unauthorized", "the link was used before, or is of an earlier start");
      }
      if (key === undefined && !token) throw new Refusal(400, "bad_request", "token must not be empty");
      const session = await signIn(parts, key === undefined ? token : undefined);
      const response = json(describe(session, parts));
      setCookie(response.headers, {
        name: SESSION_COOKIE,
        value: session.id,
        path: "/",
        httpOnly: true,
        sameSite: "Strict",
        secure: isSecure(call.request),
      });
      return response;
    }),
    // Not signed in is an ordinary answer here: the page asks at its start.
    session: answering((call) => {
      const session = sessions.find(call.request);
      return json(session === undefined ? null : describe(session, parts));
    }),
    signOut: answering(async (call) => {
      await sessions.end(sessionOf(call));
      return json({});
    }),
    dashboard: shared("dashboard", dashboard),
    missions: answering(async (call) => {
      const session = sessionOf(call);
      const query = call.query();
      return json(
        await readsOf(session).get(`missions ${JSON.stringify(query)}`, async () => {
          const { items, nextCursor, unavailable } = await missionPage(session.clients.reads, query);
          return { items: items.map(row), next_cursor: nextCursor, ...missing(unavailable) };
        }),
      );
    }),
    find: answering(async (call) => {
      const { clients } = sessionOf(call);
      const { answers, unavailable } = await clients.reads.findMissions(call.path.id ?? "");
      return json({ items: answers.map(({ value }) => row(value)), ...missing(unavailable) });
    }),
    mission: answering(async (call) => {
      const { clients } = sessionOf(call);
      const ref = await refOf(clients.reads, call);
      return jsonText(
        `{"host":${JSON.stringify(ref.host)},"mission":${await clients.reads.missionText(ref)}}`,
      );
    }),
    events: answering(async (call) => {
      const { clients } = sessionOf(call);
      const ref = await refOf(clients.reads, call);
      return await eventStream(
        ...streamed(parts, (signal) => eventMessages(clients.changes, ref, lastId(call), signal)),
      );
    }),
    output: answering(async (call) => {
      const { clients } = sessionOf(call);
      const ref = await refOf(clients.reads, call);
      return await eventStream(
        ...streamed(parts, (signal) => outputMessages(clients.changes, ref, lastId(call), signal)),
      );
    }),
    rawOutput: answering(async (call) => {
      const { clients } = sessionOf(call);
      const ref = await refOf(clients.reads, call);
      const stream = call.path.stream ?? "";
      if (!isStream(stream)) {
        throw new Refusal(400, "bad_request", `stream ${JSON.stringify(stream)} must be stdout or stderr`);
      }
      return attachment(await clients.changes.logs(ref, stream), `${ref.missionId}.${stream}.log`);
    }),
    file: answering(async (call) => {
      const { clients } = sessionOf(call);
      const ref = await refOf(clients.reads, call);
      const mission = await clients.reads.getMission(ref.missionId, ref);
      const staging = call.path.staging ?? "";
      const files = [
        ...(mission?.inputs ?? []),
        ...Object.entries(mission?.outputs ?? {}).map(([role, file]) => ({ role, ...file })),
      ];
      const file = files.find(({ staging_id }) => staging_id === staging);
      if (file === undefined) throw new Refusal(404, "not_found", "the mission has no such file");
      return attachment(await clients.changes.download(ref.host, staging), file.role, file.size);
    }),
    restart: changing("restart", async (call, { clients }) => {
      const { missionId, status } = await clients.changes.restart(await refOf(clients.reads, call));
      return { mission_id: missionId, restarted_from: call.path.id, status };
    }),
    kill: changing("kill", async (call, { clients }) => ({
      status: await clients.changes.kill(await refOf(clients.reads, call)),
    })),
    runNow: changing("run_now", async (call, { clients }) => ({
      status: await clients.changes.runNow(await refOf(clients.reads, call)),
    })),
    deleteMission: changing("delete", async (call, { clients }) => {
      const { force } = await bodyOf(call, forceBody);
      await clients.changes.delete(await refOf(clients.reads, call), { force });
      return { status: "deletion_pending" };
    }),
    bulkRestart: bulk("bulk_restart", (client, host, ids) => client.bulkRestart(host, ids)),
    bulkDelete: bulk("bulk_delete", (client, host, ids, force) => client.bulkDelete(host, ids, { force })),
    bulkKill: bulk(
      "bulk_kill",
      (client, host, ids) => Promise.all(ids.map((id) => killed(client, host, id))),
    ),
    dispatch: changing("dispatch", async (call, { clients }) => {
      const { host, lane, mission, input, timeout, mission_id } = await bodyOf(call, dispatchForm);
      const ref = await clients.changes.dispatch({ host: hostId(clients.reads, host), lane }, {
        mission,
        input: input ?? null,
        timeout: timeout || undefined,
        missionId: mission_id,
      });
      return { host: ref.host, mission_id: ref.missionId, status: ref.status };
    }),
    pauseLane: changing("pause_lane", async ({ path }, { clients }) => {
      await clients.changes.pauseLane(hostId(clients.reads, path.host), path.lane ?? "");
    }),
    continueLane: changing("continue_lane", async ({ path }, { clients }) => {
      await clients.changes.continueLane(hostId(clients.reads, path.host), path.lane ?? "");
    }),
    failures: shared("failures", failureGroups),
    restartFailures: changing("restart_failures", async (call, { clients }) => {
      const group = await bodyOf(call, failuresBody);
      const restarted = await inBulk(
        await itemsOf(clients.reads, group),
        BULK_MAX,
        (host, ids) => clients.changes.bulkRestart(host, ids),
      );
      const done = group.remove ? restarted.filter(({ ok }) => ok) : [];
      await inBulk(done, BULK_MAX, (host, ids) => clients.changes.bulkDelete(host, ids));
      return { results: restarted };
    }),
    deleteFailures: changing("delete_failures", async (call, { clients }) => {
      const items = await itemsOf(clients.reads, await bodyOf(call, failuresBody));
      return {
        results: await inBulk(items, BULK_MAX, (host, ids) => clients.changes.bulkDelete(host, ids)),
      };
    }),
    schedules: shared("schedules", allSchedules),
    pauseSchedule: changing("pause_schedule", async (call, session) => {
      const { reason } = await bodyOf(call, reasonBody);
      return await session.clients.changes.pauseSchedule(
        hostId(session.clients.reads, call.path.host),
        call.path.name ?? "",
        { who: nameOf(session), reason: reason || undefined },
      );
    }),
    continueSchedule: changing("continue_schedule", async ({ path }, { clients }) => {
      return await clients.changes.continueSchedule(hostId(clients.reads, path.host), path.name ?? "");
    }),
    runSchedule: changing("run_schedule", async ({ path }, { clients }) => {
      const ref = await clients.changes.runSchedule(hostId(clients.reads, path.host), path.name ?? "");
      return { host: ref.host, mission_id: ref.missionId, status: ref.status };
    }),
    config: answering(async (call) => {
      const { clients } = sessionOf(call);
      return json(await clients.reads.state(hostId(clients.reads, call.path.host)));
    }),
  };
}

const forceBody = v.object({ force: v.optional(v.boolean()) });
const reasonBody = v.object({ reason: v.optional(v.string()) });

/** A handler whose refusals and errors of the client become answers. */
function answering<Body, Query>(
  handle: (call: Call<Body, Query>) => Response | Promise<Response>,
): Handler<Body, Query> {
  return async (call) => {
    try {
      return await handle(call);
    } catch (error) {
      if (error instanceof Refusal) return error.response();
      if (error instanceof LettsError) return toRefusal(error).response();
      throw error;
    }
  };
}

async function bodyOf<Body>(call: Call, schema: v.GenericSchema<unknown, Body>): Promise<Body> {
  const text = new TextDecoder().decode(await call.bytes());
  let value: unknown;
  try {
    value = JSON.parse(text || "{}");
  } catch {
    throw new Refusal(400, "invalid_request", "the body must be JSON");
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [{ message }] = parsed.issues;
  throw new Refusal(400, "invalid_request", `${v.getDotPath(parsed.issues[0]) ?? "the body"}: ${message}`);
}

/** Opens clients and asks what their tokens may do. @throws {Refusal} When no dugdale knows the token. */
async function signIn({ sessions, open }: ApiParts, token: string | undefined): Promise<Session> {
  const clients = await open(token);
  try {
    const { reads } = clients;
    const { answers, unavailable } = await reads.askAll((host, signal) => whoami(reads, host, signal));
    const refused = unavailable.filter(({ error }) => error.status === 401 || error.status === 403);
    if (token !== undefined && answers.length === 0 && refused.length > 0) {
      throw new Refusal(401, "unauthorized", "no dugdale knows this token");
    }
    if (token !== undefined && answers.length === 0) {
      throw new Refusal(502, "upstream_error", "no dugdale could be asked about this token");
    }
    return await sessions.begin(clients, new Map(answers.map(({ host, value }) => [host, value])));
  } catch (error) {
    await clients[Symbol.asyncDispose]();
    throw error;
  }
}

/** The rights of the admin token; of another one where letts.yaml has none. */
async function whoami(client: LettsClient, host: string, signal: AbortSignal): Promise<WhoamiReply> {
  try {
    return await client.whoami(host, { scope: "admin", signal });
  } catch (error) {
    if (error instanceof ConfigError) return await client.whoami(host, { signal });
    throw error;
  }
}

/** What the page is told about its session. */
function describe(session: Session, { readOnly, title, version }: ApiParts): object {
  const { clients: { reads }, rights } = session;
  return {
    name: nameOf(session),
    read_only: readOnly || (rights.size > 0 && [...rights.values()].every(({ read_only }) => read_only)),
    title,
    version,
    hosts: reads.dugdales().map(({ id, labels }) => ({ id, labels, ...rights.get(id) })),
  };
}

function nameOf({ rights }: Session): string {
  const [first] = rights.values();
  return first?.name ?? "letts.yaml";
}

/** Whether the browser speaks TLS to a proxy in front. */
function isSecure({ headers }: Request): boolean {
  return headers.get("origin")?.startsWith("https://") ?? false;
}

/** A dugdale of letts.yaml. @throws {Refusal} `not_found` When there is none with this id. */
function hostId(client: LettsClient, id = ""): string {
  if (client.dugdales().some((dugdale) => dugdale.id === id)) return id;
  throw new Refusal(404, "not_found", `there is no dugdale ${JSON.stringify(id)}`);
}

/** The mission of the path. Its kind decides about the tokens, so that the record is read first. */
async function refOf(
  client: LettsClient,
  { path }: Pick<Call, "path">,
): Promise<MissionRef & { host: string }> {
  const host = hostId(client, path.host);
  const missionId = path.id ?? "";
  const mission = await client.getMission(missionId, { host });
  if (mission === undefined) {
    throw new Refusal(404, "not_found", `there is no mission ${missionId} on ${host}`);
  }
  return { host, missionId, kind: mission.kind };
}

async function missionPage(
  client: LettsClient,
  query: ListQuery,
): Promise<Awaited<ReturnType<LettsClient["listMissionsOnAll"]>>> {
  const { limit = 100, order, host, label } = query;
  if (limit < 1 || limit > LIST_MAX) {
    throw new Refusal(400, "bad_request", `limit ${limit} must be from 1 to ${LIST_MAX}`);
  }
  if (order !== undefined && order !== "created" && order !== "finished") {
    throw new Refusal(400, "bad_request", `order ${JSON.stringify(order)} must be created or finished`);
  }
  const filter: FleetMissionFilter = {
    // The dugdale refuses what it does not know.
    status: query.status as MissionStatus | undefined,
    outcome: query.outcome?.split(",") as OutcomeKind[] | undefined,
    kind: query.kind as MissionKind | undefined,
    lane: query.lane,
    mission: query.mission,
    groupId: query.group_id,
    failReason: query.fail_reason,
    since: query.since,
    until: query.until,
    order,
    limit,
    cursor: query.cursor,
    match: label === undefined ? undefined : [label],
  };
  if (host === undefined) return await client.listMissionsOnAll(filter);
  const { cursor, match: _match, ...asked } = filter;
  const only = client.dugdales().some(({ id }) => id === host);
  if (!only) throw new Refusal(400, "bad_request", `there is no dugdale ${JSON.stringify(host)}`);
  const { items, nextCursor } = await client.listMissions(host, asked).page(cursor);
  return { items: items.filter(({ status }) => status !== "deleting"), nextCursor, unavailable: [] };
}

/** The place after which a stream goes on. */
function lastId(call: Pick<Call, "request">): number {
  const text = call.request.headers.get("last-event-id") ??
    URL.parse(call.request.url)?.searchParams.get("from");
  const at = Number(text ?? 0);
  return Number.isSafeInteger(at) && at > 0 ? at : 0;
}

function streamed(
  { clock, stopping }: ApiParts,
  messages: (signal: AbortSignal) => AsyncIterator<Message, void, void>,
): Parameters<typeof eventStream> {
  const abort = new AbortController();
  const errorText = (error: unknown): string => error instanceof Error ? shortReason(error) : "failed";
  return [messages(abort.signal), { clock, abort, stopping, errorText }];
}

async function* eventMessages(
  client: LettsClient,
  ref: MissionRef,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Message, void, void> {
  for await (const { line, seq } of client.followLines(ref, { from, signal })) {
    yield { id: String(seq), data: line };
  }
}

/** The lines of the combined output; a line never changes, so that its number is a place to go on from. */
async function* outputMessages(
  client: LettsClient,
  ref: MissionRef,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Message, void, void> {
  const body = await client.logs(ref, "combined", { follow: true, signal });
  let number = 0;
  for await (const data of lines(body, { maxBytes: LINE_MAX_BYTES })) {
    if (++number > from) yield { id: String(number), data };
  }
}

function isStream(name: string): name is LogStream {
  return name === "stdout" || name === "stderr" || name === "combined";
}

/** A file that the browser saves. */
function attachment(body: ReadableStream<Uint8Array>, name: string, size?: number): Response {
  const plain = name.replace(/[^\w.-]/g, "_");
  return new Response(body, {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
      "cache-control": "no-store",
      ...(size !== undefined && { "content-length": String(size) }),
    },
  });
}

/** The failed missions of a group. The dugdale compares a part of the name, so that others are left out here. */
async function itemsOf(client: LettsClient, group: FailuresBody): Promise<Item[]> {
  const { mission, outcome, fail_reason } = group;
  const host = hostId(client, group.host);
  const items: Item[] = [];
  const filter = { mission, outcome: outcome as OutcomeKind, failReason: fail_reason, limit: BULK_MAX };
  for await (const { missionId, missionName, failReason } of client.listMissions(host, filter)) {
    if (missionName === mission && failReason === fail_reason) items.push({ host, id: missionId });
    if (items.length >= FAILURES_MAX) break;
  }
  return items;
}

/** One action on a group of failures is for at most this number of them. */
const FAILURES_MAX = 10_000;

interface BulkAnswer extends Item {
  readonly ok: boolean;
}

/** One result for each item, in their order; hosts in parallel, the calls of one host after each other. */
async function inBulk(
  items: readonly Item[],
  perCall: number,
  act: (host: string, ids: readonly string[]) => Promise<readonly BulkItem[]>,
): Promise<BulkAnswer[]> {
  const results = new Map<string, BulkAnswer>();
  const byHost = Map.groupBy(items, ({ host }) => host);
  await Promise.all([...byHost].map(async ([host, own]) => {
    const ids = [...new Set(own.map(({ id }) => id))];
    for (let at = 0; at < ids.length; at += perCall) {
      const some = ids.slice(at, at + perCall);
      const answers = await tried(() => act(host, some));
      for (const [index, id] of some.entries()) {
        const answer = answers instanceof Error
          ? { ok: false, error: answers instanceof LettsError ? answers.code : "failed" }
          : answers[index];
        results.set(`${host} ${id}`, { ok: false, ...answer, host, id });
      }
    }
  }));
  return items.map(({ host, id }) => results.get(`${host} ${id}`) ?? { host, id, ok: false });
}

async function tried<Value>(act: () => Promise<Value>): Promise<Value | LettsError> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof LettsError) return error;
    throw error;
  }
}

async function killed(client: LettsClient, host: string, missionId: string): Promise<BulkItem> {
  const answer = await tried(() => client.kill({ host, missionId }));
  return answer instanceof LettsError
    ? { id: missionId, ok: false, error: answer.code }
    : { id: missionId, ok: true, status: answer };
}
