import { noSchedule } from "../engine/schedules.ts";
import type { DispatchReply } from "../../protocol/mission.ts";
import { NEXT_MAX, type NextReply } from "../../protocol/schedule.ts";
import { ProblemError } from "../problem_error.ts";
import { json, jsonText } from "./answer.ts";
import { actorOf, type Call, type RouteHandlers } from "./call.ts";
import { assertAcceptsWork, type HandlerParts } from "./parts.ts";
import { scheduleText } from "./schedule_text.ts";

type Keys =
  | "listSchedules"
  | "getSchedule"
  | "nextOfSchedule"
  | "pauseSchedule"
  | "continueSchedule"
  | "runSchedule";

/** Maximum length of the pausing user and the reason, in characters. */
const WHO_MAX = 128, REASON_MAX = 1024;

/** Schedules: definitions, next times, and manual actions. */
export function scheduleHandlers(parts: HandlerParts): RouteHandlers<Keys> {
  const { schedules, store } = parts;
  const record = (name: string): Response => jsonText(scheduleText(schedules.schedule(name).row));
  const isSeen = ({ caller }: Pick<Call, "caller">, name: string): boolean => {
    const limits = caller.token?.limits;
    if (limits === undefined) return true;
    const { lane, request } = schedules.schedule(name).schedule;
    return limits.sees({ kind: "mission", lane, mission_name: request.mission });
  };
  /** The name in the path. @throws {ProblemError} `schedule_not_found` Also when the caller may not see what it dispatches. */
  const nameOf = (call: Pick<Call, "caller" | "path">): string => {
    const { name = "" } = call.path;
    if (isSeen(call, name)) return name;
    throw noSchedule(name);
  };
  return {
    listSchedules: (call) => {
      const rows = call.caller.token?.limits === undefined
        ? store.schedules.all()
        : store.schedules.all().filter(({ name }) => schedules.has(name) && isSeen(call, name));
      return jsonText(`{"schedules":[${rows.map(scheduleText).join(",")}]}`);
    },
    getSchedule: (call) => record(nameOf(call)),
    nextOfSchedule: (call) => {
      const name = nameOf(call);
      const { count = 10 } = call.query();
      const { tz } = schedules.schedule(name).schedule;
      return json({ times: schedules.next(name, Math.min(count, NEXT_MAX)), tz } satisfies NextReply);
    },
    pauseSchedule: async (call) => {
      const name = nameOf(call);
      const { who, reason } = (await call.body()).shape;
      assertLength("who", who, WHO_MAX);
      assertLength("reason", reason, REASON_MAX);
      const audited = parts.audit.begin(call, {
        action: "schedule.pause",
        target: name,
        facts: { schedule: name, who, reason },
      });
      const by = { who: who || actorOf(call.caller), reason: reason || undefined };
      await schedules.pause(name, by, audited.within);
      await audited.done();
      return record(name);
    },
    continueSchedule: async (call) => {
      const name = nameOf(call);
      const action = { action: "schedule.continue", target: name, facts: { schedule: name } };
      const audited = parts.audit.begin(call, action);
      await schedules.continue(name, audited.within);
      await audited.done();
      return record(name);
    },
    runSchedule: async (call) => {
      assertAcceptsWork(parts);
      const name = nameOf(call);
      const action = { action: "schedule.run", target: name, facts: { schedule: name } };
      const audited = parts.audit.begin(call, action);
      const reply: DispatchReply = await schedules.run(name, audited.within);
      await audited.done({ mission_id: reply.mission_id });
      return json(reply, 202);
    },
  };
}

function assertLength(what: string, text: string | undefined, max: number): void {
  if ((text?.length ?? 0) <= max) return;
  throw new ProblemError("bad_request", `${what} must be at most ${max} characters`);
}
