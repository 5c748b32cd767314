import type { DispatchReply } from "../../protocol/mission.ts";
import { NEXT_MAX, type NextReply } from "../../protocol/schedule.ts";
import { ProblemError } from "../problem_error.ts";
import { audit } from "./admin.ts";
import { json, jsonText } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import { assertAcceptsWork, type HandlerParts } from "./parts.ts";
import { scheduleText } from "./schedule_text.ts";

type Keys =
  | "listSchedules"
  | "getSchedule"
  | "nextOfSchedule"
  | "pauseSchedule"
  | "continueSchedule"
  | "runSchedule";

/** Who may be named, and how long a reason may be, in characters. */
const WHO_MAX = 128, REASON_MAX = 1024;

/** Schedules: what they are, when they fire, and what is done to them by hand. */
export function scheduleHandlers(parts: HandlerParts): RouteHandlers<Keys> {
  const { schedules, store } = parts;
  const record = (name = ""): Response => jsonText(scheduleText(schedules.schedule(name).row));
  return {
    listSchedules: () => jsonText(`{"schedules":[${store.schedules.all().map(scheduleText).join(",")}]}`),
    getSchedule: (call) => record(call.path.name),
    nextOfSchedule: (call) => {
      const { name = "" } = call.path;
      const { count = 10 } = call.query();
      const { tz } = schedules.schedule(name).schedule;
      return json({ times: schedules.next(name, Math.min(count, NEXT_MAX)), tz } satisfies NextReply);
    },
    pauseSchedule: async (call) => {
      const { name = "" } = call.path;
      const { who, reason } = (await call.body()).shape;
      assertLength("who", who, WHO_MAX);
      assertLength("reason", reason, REASON_MAX);
      await schedules.pause(name, { who: who || `${call.caller.scope}-token`, reason: reason || undefined });
      audit(parts, call, "schedule.pause", { schedule: name, who, reason });
      return record(name);
    },
    continueSchedule: async (call) => {
      const { name = "" } = call.path;
      await schedules.continue(name);
      audit(parts, call, "schedule.continue", { schedule: name });
      return record(name);
    },
    runSchedule: async (call) => {
      assertAcceptsWork(parts);
      const { name = "" } = call.path;
      const reply: DispatchReply = await schedules.run(name);
      audit(parts, call, "schedule.run", { schedule: name, mission_id: reply.mission_id });
      return json(reply, 202);
    },
  };
}

function assertLength(what: string, text: string | undefined, max: number): void {
  if ((text?.length ?? 0) <= max) return;
  throw new ProblemError("bad_request", `${what} must be at most ${max} characters`);
}
