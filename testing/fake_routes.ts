/**
 * The routes of a fake dugdale. Requests are read and checked by the code that a real one has for it.
 *
 * @module
 */
import { readApply } from "../dugdale/http/admin.ts";
import { json } from "../dugdale/http/answer.ts";
import type { Call, RouteHandlers } from "../dugdale/http/call.ts";
import { idempotencyKey, readDispatch } from "../dugdale/http/dispatch.ts";
import { readExec } from "../dugdale/http/exec_request.ts";
import { readListQuery } from "../dugdale/http/list_query.ts";
import { assertCount } from "../dugdale/http/mission_actions.ts";
import { assertKindAllowed, missionIdOf } from "../dugdale/http/parts.ts";
import { findByContent } from "../dugdale/http/staging_by_content.ts";
import { listStaging } from "../dugdale/http/staging_list.ts";
import { ProblemError } from "../dugdale/problem_error.ts";
import type { BulkItem } from "../protocol/mission.ts";
import { isMissionId } from "../protocol/names.ts";
import type { ProblemCode } from "../protocol/problem.ts";
import { missionPage, referredFiles } from "./fake_list.ts";
import type { FakeMission } from "./fake_mission.ts";
import type { FakeMissions } from "./fake_missions.ts";
import type { FakeStaging } from "./fake_staging.ts";

/** What the routes work on. */
export interface FakeParts {
  readonly missions: FakeMissions;
  readonly staging: FakeStaging;
}

const EXEC_LIMITS = { allowShell: true, maxInputsPerExec: 0, maxOutputsPerExec: 0 };
const PENDING = { status: "deletion_pending" };
const NDJSON = "application/x-ndjson";

/** Answers every route of the table. */
export function fakeRoutes({ missions, staging }: FakeParts): RouteHandlers {
  const id = ({ path }: Pick<Call, "path">) => path.id ?? "";
  /** @param gone What is answered for one that is being removed. */
  function readable(
    call: Pick<Call, "path" | "caller">,
    gone: "not_found" | "mission_deleting",
  ): FakeMission {
    const mission = missions.need(missionIdOf(call, "invalid_id"));
    if (mission.status === "deleting") {
      throw new ProblemError(
        gone,
        "the mission is being deleted",
        gone === "not_found" ? {} : { status: 410 },
      );
    }
    assertKindAllowed(call, mission.order);
    return mission;
  }
  const addressed = (call: Pick<Call, "path">): FakeMission =>
    missions.need(missionIdOf(call, "bad_request"));
  const counts = ({ caller }: Pick<Call, "caller">, status: string, lane?: string) =>
    missions.all.filter(({ order, status: now }) =>
      now === status && (lane === undefined || order.lane === lane) &&
      (caller.scope === "admin" || caller.scope === (order.kind === "mission" ? "dispatch" : "exec"))
    ).length;
  return {
    healthz: () => json({ status: "ok" }),
    readyz: () => json({ status: "ok", applied_at: missions.lanes.appliedMs ?? 0 }),
    version: () => json({ version: "fake", commit: "fake", built_at: "fake" }),
    metrics: () => new Response(""),
    openapi: () => {
      throw new ProblemError("not_found", "a fake dugdale has no document of its interface");
    },
    dispatch: async (call) => {
      const missionId = idempotencyKey(call);
      const { mission, repeated } = missions.dispatch(readDispatch(missionId, await call.body()));
      return json({ mission_id: missionId, status: mission.status }, repeated ? 200 : 202);
    },
    execDispatch: async (call) => {
      const execId = idempotencyKey(call);
      const { mission, repeated } = missions.exec(readExec(execId, await call.body(), EXEC_LIMITS));
      return json({ exec_id: execId, status: mission.status }, repeated ? 200 : 202);
    },
    listMissions: (call) => missionPage(missions.all, readListQuery(call.query())),
    getMission: (call) => json(readable(call, "not_found").record()),
    events: (call) => {
      const mission = readable(call, "mission_deleting");
      const { from = 0, follow = false } = call.query("invalid_from");
      return stream(mission.events(from, follow), NDJSON);
    },
    output: (call) => {
      missionIdOf(call, "invalid_id");
      const { stream: name, follow = false } = call.query();
      const output = readable(call, "mission_deleting").output(name, follow);
      return stream(output, name === "combined" ? NDJSON : "application/octet-stream");
    },
    restart: (call) => {
      const source = addressed(call);
      const { order: { missionId } } = missions.restart(source);
      return json({ mission_id: missionId, restarted_from: source.order.missionId, status: "queued" }, 201);
    },
    kill: (call) => json({ status: missions.kill(addressed(call)) }),
    deleteMission: (call) => {
      missions.delete(addressed(call), call.query().force ?? false);
      return json(PENDING, 202);
    },
    bulkRestart: async (call) => {
      const { ids } = (await call.body()).shape;
      assertCount(ids.length);
      return each(ids, (one) => ({ mission_id: missions.restart(missions.need(one)).order.missionId }));
    },
    bulkDelete: async (call) => {
      const { ids, force = false } = (await call.body()).shape;
      assertCount(ids.length);
      return each(ids, (one) => {
        missions.delete(missions.need(one), force);
        return PENDING;
      });
    },
    apply: async (call) => {
      const wanted = readApply(await call.body("invalid_json"));
      const { force = false, prune = false, force_prune: forcePrune = false } = call.query();
      return json(missions.apply(wanted, { force, prune, forcePrune }));
    },
    state: () => json(missions.lanes.state()),
    pauseLane: ({ path }) => {
      missions.pause(path.name ?? "", true);
      return json({ status: "paused" });
    },
    continueLane: ({ path }) => {
      missions.pause(path.name ?? "", false);
      return json({ status: "running" });
    },
    dugdale: (call) =>
      json({
        version: "fake",
        uptime_seconds: 0,
        applied_at: missions.lanes.appliedMs,
        queue_summary: { queued: counts(call, "queued"), running: counts(call, "running") },
      }),
    lanes: (call) =>
      json(
        Object.entries(missions.lanes.all).map(([name, { concurrency, paused = false }]) => ({
          name,
          concurrency,
          paused,
          queued: counts(call, "queued", name),
          running: counts(call, "running", name),
        })),
      ),
    putStaging: (call) => staging.put(id(call), call.request),
    headStaging: (call) => staging.head(id(call)),
    getStaging: (call) => staging.get(id(call), call.request.headers.get("Range")),
    deleteStaging: (call) => {
      missions.deleteFile(id(call), call.query().force ?? false);
      return json(PENDING, 202);
    },
    listStaging: (call) =>
      listStaging(call.query(), {
        list: (missionId, ...rest) => referredFiles(missions.find(missionId), staging, ...rest),
      }),
    stagingByContent: (call) => findByContent(call, staging, 0),
  };
}

function stream(body: ReadableStream<Uint8Array<ArrayBuffer>>, type: string): Response {
  return new Response(body, { headers: { "Content-Type": type, "X-Content-Type-Options": "nosniff" } });
}

function each(ids: readonly string[], change: (id: string) => Partial<BulkItem>): Response {
  const results = ids.map((id): BulkItem => {
    const failed = (error: ProblemCode, details?: BulkItem["details"]) => ({ id, ok: false, error, details });
    if (!isMissionId(id)) return failed("bad_request");
    try {
      return { id, ok: true, ...change(id) };
    } catch (error) {
      if (error instanceof ProblemError) return failed(error.code, error.details);
      throw error;
    }
  });
  return json({ results });
}
