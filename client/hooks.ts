/**
 * Hooks of a dugdale: their state, failed deliveries, and events as they happen.
 *
 * @module
 */
import * as v from "valibot";
import { type DeadEvent, HOOK_NAME, type HookRecord, type HookTestReply } from "../protocol/hooks.ts";
import { lines } from "../protocol/lines.ts";
import { pause } from "./abort.ts";
import { argument } from "./arguments.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import { parseMissionId } from "../protocol/names.ts";
import { ArgumentError, HttpError, NetworkError, NotFoundError } from "./errors.ts";
import { requireFeatures } from "./features.ts";
import type { Connection } from "./http/connection.ts";
import { ADMIN } from "./http/scopes.ts";
import { listing } from "./listing.ts";
import type { StreamPolicy } from "./run/reconnect_budget.ts";
import type { CallOptions, Listing, PageOptions, WatchedEvent, WatchOptions } from "./types.ts";

const NEEDED = ["hooks"];
/** Maximum length of an event. */
const LINE_MAX_BYTES = 16 * 1024 * 1024;
const FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 2000;

/** All of them, by name. */
export async function listHooks(
  connection: Connection,
  { signal }: CallOptions,
): Promise<readonly HookRecord[]> {
  await requireFeatures(connection, NEEDED, { signal });
  return (await connection.json("listHooks", { scopes: ADMIN, signal })).hooks;
}

/** Events whose delivery was given up, the oldest first. */
export function deadEvents(
  connect: () => Connection,
  name: string,
  { limit, signal }: PageOptions,
): Listing<DeadEvent> {
  return listing(async (cursor) => {
    const connection = connect();
    await requireFeatures(connection, NEEDED, { signal });
    const call = { scopes: ADMIN, path: pathOf(name), query: { limit, cursor }, signal };
    const page = await connection.json("deadEvents", call);
    return { items: page.events, nextCursor: page.next_cursor };
  });
}

/** Delivers dead events once more and turns the hook on. */
export async function redriveHook(
  connection: Connection,
  name: string,
  { ids, signal }: { readonly ids?: readonly number[] | undefined } & CallOptions,
): Promise<number> {
  await requireFeatures(connection, NEEDED, { signal });
  const body = JSON.stringify({ ids });
  const call = { scopes: ADMIN, path: pathOf(name), body, signal };
  return (await connection.json("redriveHook", call)).redriven;
}

/** Delivers a test event. */
export async function testHook(
  connection: Connection,
  name: string,
  { signal }: CallOptions,
): Promise<HookTestReply> {
  await requireFeatures(connection, NEEDED, { signal });
  return await connection.json("testHook", { scopes: ADMIN, path: pathOf(name), signal });
}

/** The record of a mission in a sink. */
export async function sinkRecord(
  connection: Connection,
  sink: string,
  missionId: string,
  { signal }: CallOptions,
): Promise<JsonObject | undefined> {
  const id = argument(() => parseMissionId(missionId));
  await requireFeatures(connection, ["sinks"], { signal });
  try {
    const call = { scopes: ADMIN, path: { ...pathOf(sink), id }, missionId: id, signal };
    return await connection.json("sinkRecord", call);
  } catch (error) {
    if (error instanceof NotFoundError && error.code === "not_found") return undefined;
    throw error;
  }
}

const watched = v.looseObject({ type: v.string(), id: v.optional(v.string()) });

/** Events as they happen, across broken connections. */
export async function* watchEvents(
  connection: Connection,
  policy: StreamPolicy,
  { on, from, signal }: WatchOptions,
): AsyncGenerator<WatchedEvent, void, void> {
  await requireFeatures(connection, NEEDED, { signal });
  let last = from;
  let sinceMs = performance.now();
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    let cause: unknown;
    try {
      const { body } = await connection.once("hookStream", {
        scopes: ADMIN,
        query: { on: on?.join(","), from: last },
        signal,
        timeoutMs: Infinity,
      });
      for await (const line of lines(body, { maxBytes: LINE_MAX_BYTES })) {
        sinceMs = performance.now();
        pauseMs = FIRST_PAUSE_MS;
        if (line === "") continue;
        const event = v.parse(watched, JSON.parse(line)) as WatchedEvent;
        last = event.id ?? last;
        yield event;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayPass(error)) throw error;
      cause = error;
    }
    if (performance.now() - sinceMs > policy.reconnectMs) {
      if (cause !== undefined) throw cause;
      throw new NetworkError("the stream of events ended", { host: connection.host }, "stream_given_up");
    }
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** Whether another connection may work. */
function mayPass(error: unknown): boolean {
  return error instanceof HttpError ? error.status >= 500 : error instanceof NetworkError;
}

function pathOf(name: string): Readonly<Record<string, string>> {
  const fault = HOOK_NAME.fault(name);
  if (fault !== undefined) throw new ArgumentError(fault);
  return { name };
}
