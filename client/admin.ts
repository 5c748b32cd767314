/**
 * Administration of a dugdale: configuration, lanes, information.
 *
 * @module
 */
import type { ApplyBody, ApplyReply, DugdaleReply, LaneRecord, StateReply } from "../protocol/lane.ts";
import type { WhoamiReply } from "../protocol/whoami.ts";
import { parseLaneName } from "../protocol/names.ts";
import { argument } from "./arguments.ts";
import { requireFeatures } from "./features.ts";
import type { Connection } from "./http/connection.ts";
import { readReply } from "./http/json_reply.ts";
import { ADMIN, ANY, METRICS } from "./http/scopes.ts";
import type { ApplyOptions, CallOptions, InfoOptions, Metrics } from "./types.ts";

/**
 * Sets lanes, labels, mission directory, runtime and schedules. Additions that the dugdale does not know are left out.
 */
export async function apply(
  connection: Connection,
  body: ApplyBody,
  options: ApplyOptions,
): Promise<ApplyReply> {
  const { signal } = options;
  const additions = (["lane_options", "schedules"] as const).filter((name) => body[name]);
  const rates = Object.values(body.lane_options ?? {}).some((options) => options?.rate || options?.per_key);
  await requireFeatures(connection, [...additions, ...(rates ? ["rates"] : [])], { signal });
  return await connection.json("apply", {
    scopes: ADMIN,
    body: JSON.stringify(body),
    query: {
      force: options.force || undefined,
      prune: options.prune || undefined,
      force_prune: options.forcePrune || undefined,
    },
    signal,
  });
}

/** The most recently applied configuration. */
export function state(connection: Connection, { signal }: CallOptions): Promise<StateReply> {
  return connection.json("state", { scopes: ADMIN, signal });
}

/** The lanes and their load, by name. */
export async function lanes(connection: Connection, { signal }: CallOptions): Promise<readonly LaneRecord[]> {
  const records = await connection.json("lanes", { scopes: ANY, signal });
  return [...records].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Version, uptime and queue. */
export function info(connection: Connection, { scope, signal }: InfoOptions): Promise<DugdaleReply> {
  return connection.json("dugdale", { scopes: scope === undefined ? ANY : [scope], signal });
}

/** What the token is and may do. */
export function whoami(connection: Connection, { scope, signal }: InfoOptions): Promise<WhoamiReply> {
  return connection.json("whoami", { scopes: scope === undefined ? ANY : [scope], signal });
}

/** Whether it accepts missions. */
export async function assertReady(connection: Connection, { signal }: CallOptions): Promise<void> {
  await connection.json("readyz", { scopes: ANY, signal });
}

/** Its metrics. */
export async function metrics(connection: Connection, { signal }: CallOptions): Promise<Metrics> {
  const reply = await connection.open("metrics", { scopes: METRICS, signal });
  const timeMs = Date.parse(reply.headers.get("Date") ?? "");
  const text = await readReply(reply, { host: connection.host });
  return { text, timeMs: Number.isNaN(timeMs) ? undefined : timeMs };
}

/** Stops a lane from starting missions, or lets it start them again. */
export async function switchLane(
  connection: Connection,
  route: "pauseLane" | "continueLane",
  lane: string,
  { signal }: CallOptions,
): Promise<void> {
  await connection.json(route, {
    scopes: ADMIN,
    path: { name: argument(() => parseLaneName(lane)) },
    signal,
  });
}
