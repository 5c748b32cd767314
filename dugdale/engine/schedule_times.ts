import type { Cron } from "croner";
import { parseDuration } from "../../protocol/duration.ts";
import { quote } from "../../protocol/clip.ts";

/** When a schedule fires. Members are those of its settings. */
export interface TimesOf {
  readonly cron?: string | undefined;
  readonly every?: string | undefined;
  readonly tz?: string | undefined;
  readonly until?: string | undefined;
}

/** The times of a schedule, in Unix milliseconds. */
export interface ScheduleTimes {
  /** The first one after a time; undefined if there is none. */
  next(afterMs: number): number | undefined;
  /** The latest ones of a span, both ends included, in order. */
  latest(fromMs: number, toMs: number, limit: number): number[];
}

/** Invalid times. The message says what is wrong. */
export class ScheduleTimesError extends Error {
  override readonly name = "ScheduleTimesError";
}

const SECOND_MS = 1000;

/**
 * Parses the times of a schedule. The library for patterns is imported here, so that a dugdale without schedules does
 * not load it.
 *
 * @param nowMs A pattern must fire at least once after it.
 * @throws {ScheduleTimesError}
 */
export async function readTimes(
  { cron, every, tz = "UTC", until }: TimesOf,
  nowMs: number,
): Promise<ScheduleTimes> {
  if ((cron === undefined) === (every === undefined)) {
    throw new ScheduleTimesError("needs cron or every, and not both");
  }
  assertZone(tz);
  const { Cron } = await import("croner");
  const make = (pattern: string, what: string): Cron => {
    try {
      return new Cron(pattern, { timezone: tz });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message.replace(/^CronPattern: /, "") : String(cause);
      throw new ScheduleTimesError(`${what} ${quote(pattern)}: ${why}`, { cause });
    }
  };
  const untilMs = until === undefined ? Infinity : untilOf(until, make);
  const times = every === undefined ? patternTimes(cron!, make, nowMs) : everyTimes(every);
  return {
    next(afterMs) {
      const next = times.next(afterMs);
      return next !== undefined && next < untilMs ? next : undefined;
    },
    latest: (fromMs, toMs, limit) => times.latest(fromMs, Math.min(toMs, untilMs - 1), limit),
  };
}

function assertZone(tz: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: tz });
  } catch (cause) {
    throw new ScheduleTimesError(`tz ${quote(tz)} must be an IANA time zone such as Europe/Berlin`, {
      cause,
    });
  }
}

function patternTimes(
  pattern: string,
  make: (pattern: string, what: string) => Cron,
  nowMs: number,
): ScheduleTimes {
  const fields = pattern.trim().split(/\s+/);
  const known = fields.length === 5 || fields.length === 6 ||
    (fields.length === 1 && pattern.startsWith("@"));
  if (!known) {
    throw new ScheduleTimesError(
      `cron ${quote(pattern)} must have five fields, or six with seconds first, or be like @daily`,
    );
  }
  const cron = make(pattern, "cron");
  if (cron.nextRun(new Date(nowMs)) === null) {
    throw new ScheduleTimesError(`cron ${quote(pattern)} never fires`);
  }
  return {
    next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    latest(fromMs, toMs, limit) {
      // Before the next second: the library excludes a time equal to the reference.
      const beforeMs = (Math.floor(toMs / SECOND_MS) + 1) * SECOND_MS;
      const times = cron.previousRuns(limit, new Date(beforeMs)).map((time) => time.getTime());
      return times.filter((time) => time >= fromMs).reverse();
    },
  };
}

/** Counted from the epoch, so that neither a restart nor a late fire shifts them. */
function everyTimes(every: string): ScheduleTimes {
  let everyMs: number;
  try {
    everyMs = parseDuration(every);
  } catch (cause) {
    throw new ScheduleTimesError(`every: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  if (everyMs < SECOND_MS) throw new ScheduleTimesError(`every ${quote(every)} must be at least 1s`);
  return {
    next: (afterMs) => (Math.floor(afterMs / everyMs) + 1) * everyMs,
    latest(fromMs, toMs, limit) {
      const times: number[] = [];
      for (
        let time = Math.floor(toMs / everyMs) * everyMs;
        time >= fromMs && times.length < limit;
        time -= everyMs
      ) times.push(time);
      return times.reverse();
    },
  };
}

/** A date means its first moment in the zone. */
function untilOf(until: string, make: (pattern: string, what: string) => Cron): number {
  const date = /^\d{4}-\d\d-\d\d$/.test(until) ? `${until}T00:00:00` : until;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$/.test(date)) {
    throw new ScheduleTimesError(
      `until ${quote(until)} must be like 2027-01-01, 2027-01-01T12:00:00 or 2027-01-01T12:00:00Z`,
    );
  }
  const time = make(date, "until").nextRun(new Date(0));
  if (time === null) throw new ScheduleTimesError(`until ${quote(until)} must be after 1970`);
  return time.getTime();
}
