import { FEATURES } from "../../protocol/features.ts";
import type { ApplyBody, ScheduleChanges, StateReply } from "../../protocol/lane.ts";
import { quote } from "../../protocol/clip.ts";
import { LANE_NAME } from "../../protocol/names.ts";
import { noLane } from "../engine/applied.ts";
import type { Schedule } from "../engine/schedules.ts";
import { ProblemError } from "../problem_error.ts";
import type { AppliedState } from "../store/applied.ts";
import { json, jsonText } from "./answer.ts";
import { actorOf, type Call, type RouteHandlers } from "./call.ts";
import type { HandlerParts } from "./parts.ts";
import type { RequestBody } from "./request_body.ts";
import { readSchedules } from "./schedule_settings.ts";
import { settingsText } from "./schedule_text.ts";

type Keys = "apply" | "state" | "reload" | "pauseLane" | "continueLane" | "dugdale" | "whoami" | "lanes";

/** Configuration and inspection. */
export function adminHandlers(parts: HandlerParts): RouteHandlers<Keys> {
  const { applied, engine, store } = parts;
  return {
    apply: async (call) => {
      const sent = await call.body("invalid_json");
      const body = readApply(sent);
      const given = await readSchedules(sent, parts.clock.wallMs());
      const { force = false, prune = false, force_prune: forcePrune = false } = call.query();
      const options = { force, prune, forcePrune };
      const changes: { schedules?: ScheduleChanges } = {};
      const told = () => given === undefined ? {} : changes;
      const audited = parts.audit.begin(call, {
        action: "admin.apply",
        facts: { force, prune, force_prune: forcePrune },
      });
      const reply = await applied.apply(body, options, {
        assertFits: (after) => assertLanes(given, after),
        write: (after, pruned, diff) => {
          changes.schedules = parts.schedules.apply(given, after, pruned);
          audited.within({ diff, ...told() });
        },
      });
      parts.schedules.applied(given, changes.schedules!);
      const { started, stopped, resized } = reply;
      await audited.done({ started, stopped, resized });
      return json(given === undefined ? reply : { ...reply, ...changes });
    },
    state: async () => {
      const current = store.applied.find();
      if (current === undefined) return json({ applied_at: null, lanes: [] });
      const warnings = await parts.appliedWarnings?.(current.state) ?? [];
      const reply: StateReply = {
        applied_at: current.appliedMs,
        source: current.source,
        ...(warnings.length === 0 ? {} : { warnings }),
        state: current.state, // the last one, as schedules are put behind its members
      };
      const schedules = settingsText(store.schedules.all());
      const text = JSON.stringify(reply);
      // As text, so that the inputs keep every digit.
      return jsonText(schedules === undefined ? text : `${text.slice(0, -2)},"schedules":${schedules}}}`);
    },
    reload: async (call) => {
      if (parts.reload === undefined) {
        throw new ProblemError("feature_disabled", "this dugdale was not started from a file");
      }
      const needsRestart = parts.reload();
      const facts = { needs_restart: needsRestart };
      await parts.audit.begin(call, { action: "admin.reload", facts }).done();
      return json({ needs_restart: needsRestart });
    },
    pauseLane: async (call) => {
      const lane = laneOf(call);
      const audited = parts.audit.begin(call, { action: "lane.pause", target: lane, facts: { lane } });
      await applied.pause(lane, audited.within);
      await audited.done();
      return json({ status: "paused" });
    },
    continueLane: async (call) => {
      const lane = laneOf(call);
      const audited = parts.audit.begin(call, { action: "lane.continue", target: lane, facts: { lane } });
      await applied.continue(lane, audited.within);
      await audited.done();
      return json({ status: "running" });
    },
    whoami: ({ caller }) => {
      const { scopes = [], readOnly = false, expiresMs, limits } = caller.token ?? {};
      return json({
        name: actorOf(caller),
        scopes,
        read_only: readOnly,
        lanes: limits?.lanes,
        missions: limits?.missions,
        expires_at: expiresMs,
      });
    },
    dugdale: async (call) => {
      const counts = await countsFor(call, parts);
      return json({
        version: parts.version,
        uptime_seconds: Math.round(parts.clock.steadyMs() - parts.startedMs) / 1000,
        applied_at: applied.current?.appliedMs ?? null,
        queue_summary: { queued: counts(undefined, "queued"), running: counts(undefined, "running") },
        features: Object.keys(FEATURES),
      });
    },
    lanes: async (call) => {
      const counts = await countsFor(call, parts);
      const limits = call.caller.token?.limits;
      const lanes = engine.lanes.list().filter(({ name }) => limits?.hasLane(name) !== false);
      return json(lanes.map(({ name, concurrency, paused, shortage, throttled }) => {
        const queued = counts(name, "queued");
        const waitsFor = shortage ?? (throttled && queued > 0 ? "rate" : undefined);
        return {
          name,
          concurrency,
          paused,
          queued,
          running: counts(name, "running"),
          ...(waitsFor === undefined ? {} : { waits_for: waitsFor }),
        };
      }));
    },
  };
}

/** Parses the body of an apply. @throws {ProblemError} `invalid_json`, `invalid_lane_name` */
export function readApply({ shape }: RequestBody<ApplyBody>): ApplyBody {
  for (const name of Object.keys(shape.lanes ?? {})) {
    const fault = LANE_NAME.fault(name);
    if (fault === undefined) continue;
    throw new ProblemError("invalid_lane_name", fault, { details: { lane: name, reason: LANE_NAME.words } });
  }
  return shape as ApplyBody; // the schema has no `paused_by`, the only member with a rule of its own
}

/** @throws {ProblemError} `invalid_schedule` When a schedule has no lane. */
function assertLanes(given: ReadonlyMap<string, Schedule | null> | undefined, { lanes }: AppliedState): void {
  for (const [name, schedule] of given ?? []) {
    if (schedule === null || Object.hasOwn(lanes ?? {}, schedule.lane)) continue;
    const reason = `there is no lane ${quote(schedule.lane)}`;
    throw new ProblemError("invalid_schedule", `schedule ${quote(name)}: ${reason}`, {
      details: { schedule: name, reason },
    });
  }
}

/** How many missions of a lane, or of all, have a status. */
type Counts = (lane: string | undefined, status: "queued" | "running") => number;

/** Counts of the unfinished missions that the caller may see. */
async function countsFor({ caller }: Pick<Call, "caller">, parts: HandlerParts): Promise<Counts> {
  const { missions } = parts.store;
  const { limits } = caller.token ?? {};
  const counts = limits?.missions === undefined
    ? missions.unfinished.list().filter(({ lane, kind }) =>
      (caller.kind === undefined || kind === caller.kind) && limits?.hasLane(lane) !== false
    )
    : await missions.list.unfinished(limits.within);
  return (lane, status) =>
    counts.filter((count) => count.status === status && (lane === undefined || count.lane === lane))
      .reduce((sum, { count }) => sum + count, 0);
}

/** The lane in the path. @throws {ProblemError} `lane_not_found`, `forbidden` When it is not for the caller alone to say. */
function laneOf({ caller, path: { name = "" } }: Pick<Call, "caller" | "path">): string {
  const { limits } = caller.token ?? {};
  if (limits?.hasLane(name) === false) throw noLane(name);
  if (limits?.missions === undefined) return name;
  throw new ProblemError(
    "forbidden",
    `the token ${limits.owner} may not pause lane ${quote(name)}: it is limited to some of its missions`,
    { details: { token: limits.owner, lane: name } },
  );
}
