/**
 * The routes of a fake dugdale.
 *
 * @module
 */
import type { BulkItem } from "../protocol/mission.ts";
import { type RouteKey, ROUTES } from "../protocol/routes.ts";
import { json, refusal } from "./answers.ts";
import { type FakeMissions, Refused } from "./fake_missions.ts";
import type { FakeStaging } from "./fake_staging.ts";

/** One request, matched to its route. */
export interface Asked {
  readonly request: Request;
  readonly query: URLSearchParams;
  /** The `:name` segments of the path. */
  readonly path: Readonly<Record<string, string>>;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

/** What the routes work on. */
export interface FakeParts {
  readonly missions: FakeMissions;
  readonly staging: FakeStaging;
}

/** The route of a request, and what its path says. */
export function match(request: Request): { readonly route: RouteKey; readonly asked: Asked } | undefined {
  const { pathname, searchParams } = new URL(request.url);
  for (const route of Object.keys(ROUTES) as RouteKey[]) {
    const { method, path } = ROUTES[route];
    if (method !== request.method) continue;
    const found = new RegExp(`^${path.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`).exec(pathname);
    if (found) return { route, asked: { request, query: searchParams, path: { ...found.groups } } };
  }
  return undefined;
}

/** Answers every route of the table. */
export function fakeRoutes({ missions, staging }: FakeParts): { readonly [R in RouteKey]: Answer } {
  const id = ({ path }: Asked) => path.id ?? "";
  const key = ({ request }: Asked) => request.headers.get("Idempotency-Key") ?? "";
  const pending = () => json(202, { status: "deletion_pending" });
  const unchanged = {
    diff: {
      MissionDirChanged: false,
      LabelsChanged: false,
      RuntimeChanged: false,
      LanesAdded: null,
      LanesRemoved: null,
      LanesResized: null,
    },
    started: null,
    stopped: null,
    resized: null,
  };
  return {
    healthz: () => json(200, { status: "ok" }),
    readyz: () => json(200, { status: "ok", applied_at: 0 }),
    version: () => json(200, { version: "fake", commit: "fake", built_at: "fake" }),
    metrics: () => new Response(""),
    openapi: () => refusal("not_found"),
    async dispatch(asked) {
      const { mission, repeated } = missions.dispatch(key(asked), await asked.request.text());
      return json(repeated ? 200 : 202, { mission_id: mission.order.missionId, status: mission.status });
    },
    async execDispatch(asked) {
      const { mission, repeated } = missions.exec(key(asked), await asked.request.text());
      return json(repeated ? 200 : 202, { exec_id: mission.order.missionId, status: mission.status });
    },
    listMissions: ({ query }) =>
      json(200, {
        missions: missions.all.map((mission) => mission.record()).reverse().filter((record) =>
          (query.get("status") ?? (record.status === "deleting" ? "" : record.status)) === record.status &&
          (query.get("outcome") ?? record.outcome) === record.outcome &&
          (query.get("lane") ?? record.lane) === record.lane &&
          (query.get("kind") ?? record.kind) === record.kind &&
          record.mission_name.includes(query.get("mission") ?? "") &&
          record.mission_name.startsWith(query.get("mission_prefix") ?? "")
        ).slice(0, Number(query.get("limit") ?? 100)),
      }),
    getMission: (asked) => json(200, missions.need(id(asked)).record()),
    events(asked) {
      const follow = asked.query.get("follow") === "true";
      return new Response(missions.need(id(asked), 410).events(Number(asked.query.get("from") ?? 0), follow));
    },
    output(asked) {
      const { printed } = missions.need(id(asked), 410);
      const stream = asked.query.get("stream");
      if (stream === "stdout" || stream === "stderr") return new Response(printed[stream]);
      const lines = (["stdout", "stderr"] as const).filter((name) => printed[name] !== "")
        .map((name) => `${JSON.stringify({ t: 0, stream: name, data: printed[name] })}\n`);
      return new Response(lines.join(""));
    },
    restart(asked) {
      const { order } = missions.restart(id(asked));
      return json(201, { mission_id: order.missionId, restarted_from: id(asked), status: "queued" });
    },
    kill: (asked) => json(200, { status: missions.kill(id(asked)) }),
    deleteMission(asked) {
      missions.delete(id(asked), asked.query.get("force") === "true");
      return pending();
    },
    bulkRestart: ({ request }) =>
      each(request, (one) => ({ mission_id: missions.restart(one).order.missionId })),
    bulkDelete: ({ request }) =>
      each(request, (one, force) => {
        missions.delete(one, force);
        return { status: "deletion_pending" };
      }),
    async apply({ request }) {
      missions.apply(await request.json());
      return json(200, unchanged);
    },
    state: () => json(200, { applied_at: 0, source: "", state: missions.applied }),
    pauseLane({ path }) {
      missions.pause(path.name ?? "", true);
      return json(200, { status: "paused" });
    },
    continueLane({ path }) {
      missions.pause(path.name ?? "", false);
      return json(200, { status: "running" });
    },
    dugdale() {
      const count = (status: string) => missions.all.filter((mission) => mission.status === status).length;
      const queue = { queued: count("queued"), running: count("running") };
      return json(200, { version: "fake", uptime_seconds: 0, applied_at: 0, queue_summary: queue });
    },
    lanes: () => json(200, missions.lanes()),
    putStaging: (asked) => staging.put(id(asked), asked.request),
    headStaging: (asked) => staging.head(id(asked)),
    getStaging: (asked) => staging.get(id(asked), asked.request.headers.get("Range")),
    deleteStaging: (asked) => staging.delete(id(asked)) ? pending() : refusal("not_found"),
    listStaging({ query }) {
      const { inputs } = missions.need(query.get("mission_id") ?? "").order;
      const times = { time_created: 0, time_updated: 0, time_expires: 0 };
      const staged = inputs.map((file) => {
        return { ...file, ...times, state: "complete", bytes_received: file.size, ref_kind: "input" };
      });
      return json(200, { staging: staged });
    },
    stagingByContent({ path }) {
      const found = staging.findByContent(path.sha ?? "");
      return found ? json(200, found) : refusal("not_found");
    },
  };
}

async function each(
  request: Request,
  change: (id: string, force: boolean) => Partial<BulkItem>,
): Promise<Response> {
  const { ids, force = false } = await request.json() as { ids: string[]; force?: boolean };
  const results = ids.map((id): BulkItem => {
    try {
      return { id, ok: true, ...change(id, force) };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { id, ok: false, error: error.code };
    }
  });
  return json(200, { results });
}
