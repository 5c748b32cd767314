import { InvalidDurationError, parseDuration } from "../../protocol/duration.ts";
import { quote } from "../../protocol/clip.ts";
import { SCHEDULE_NAME } from "../../protocol/names.ts";
import { type ScheduleMissed, type ScheduleOverlap, scheduleSettings } from "../../protocol/schedule.ts";
import type { ApplyBody } from "../../protocol/lane.ts";
import { readTimes, ScheduleTimesError } from "../engine/schedule_times.ts";
import type { ReadSchedule, Schedule } from "../engine/schedules.ts";
import { canonicalInTurns, NotCanonicalError } from "../json/canonical.ts";
import { type JsonNode, readJson, readJsonInTurns } from "../json/reader.ts";
import { ProblemError } from "../problem_error.ts";
import { readDispatch } from "./dispatch.ts";
import { RequestBody } from "./request_body.ts";

const OVERLAPS: readonly ScheduleOverlap[] = ["allow", "skip", "replace"];
const MISSED: readonly ScheduleMissed[] = ["skip", "once", "all"];
const DAY_MS = 86_400_000;

/** Parses stored settings. @param wallMs Returns the time. */
export function scheduleReader(wallMs: () => number): ReadSchedule {
  return async (name, text) => await readSchedule(name, text, await readJsonInTurns(text), wallMs());
}

/**
 * The schedules of an apply by name, null for a removed one; undefined if the body has none.
 *
 * @throws {ProblemError} `invalid_json`, `invalid_schedule`
 */
export async function readSchedules(
  body: RequestBody<ApplyBody>,
  nowMs: number,
): Promise<Map<string, Schedule | null> | undefined> {
  const node = body.node("schedules");
  if (node?.kind !== "object") return undefined;
  const schedules = new Map<string, Schedule | null>();
  for (const [name, value] of node.members) {
    const fault = SCHEDULE_NAME.fault(name);
    if (fault !== undefined) throw refusal(name, fault);
    schedules.set(name, value.kind === "null" ? null : await readSchedule(name, body.source, value, nowMs));
  }
  return schedules;
}

async function readSchedule(name: string, source: string, node: JsonNode, nowMs: number): Promise<Schedule> {
  const what = `schedule ${quote(name)}`;
  const body = RequestBody.of(source, node, scheduleSettings, { code: "invalid_json", what });
  const { cron, every, tz = "UTC", until, jitter, paused = false } = body.shape;
  try {
    const overlap = word("overlap", body.shape.overlap ?? "skip", OVERLAPS);
    const missed = word("missed", body.shape.missed ?? "once", MISSED);
    if (body.node("files") !== undefined) throw new ScheduleTimesError("files cannot be sent along");
    if (body.node("run_at") !== undefined) throw new ScheduleTimesError("run_at is said by cron or every");
    const jitterMs = jitter === undefined ? 0 : readJitter(jitter);
    const times = await readTimes({ cron, every, tz, until }, nowMs);
    // The id differs at each fire; it is not part of what is parsed.
    const { missionId: _id, ...request } = await readDispatch("" as never, body, { maxJsonDepth: 0 });
    const text = withoutPause(await canonicalInTurns(node, source));
    return { text, lane: request.lane, request, times, tz, overlap, missed, jitterMs, paused };
  } catch (cause) {
    const known = cause instanceof ScheduleTimesError || cause instanceof ProblemError ||
      cause instanceof NotCanonicalError;
    if (!known) throw cause;
    throw refusal(name, cause.message, cause);
  }
}

function refusal(name: string, reason: string, cause?: unknown): ProblemError {
  return new ProblemError("invalid_schedule", `schedule ${quote(name)}: ${reason}`, {
    details: { schedule: name, reason },
    cause,
  });
}

function word<Word extends string>(key: string, given: string, words: readonly Word[]): Word {
  const known = words.find((one) => one === given);
  if (known !== undefined) return known;
  throw new ScheduleTimesError(`${key} ${quote(given)} must be ${words.join(", ")}`);
}

function readJitter(jitter: string): number {
  try {
    const ms = parseDuration(jitter);
    if (ms >= 0 && ms <= DAY_MS) return ms;
  } catch (cause) {
    if (!(cause instanceof InvalidDurationError)) throw cause;
    throw new ScheduleTimesError(`jitter: ${cause.message}`, { cause });
  }
  throw new ScheduleTimesError(`jitter ${quote(jitter)} must not be negative or more than 24h`);
}

/**
 * Canonical settings without their pause, which is stored separately: a schedule that is only paused keeps its next
 * time.
 */
function withoutPause(settings: string): string {
  const node = readJson(settings);
  if (node.kind !== "object") return "{}";
  const members = node.members.filter(([name]) => name !== "paused");
  return `{${
    members.map(([name, { start, end }]) => `${JSON.stringify(name)}:${settings.slice(start, end)}`).join(",")
  }}`;
}
