/**
 * Follows the events of a mission across broken connections.
 *
 * @module
 */
import * as v from "valibot";
import { type MissionEvent, missionEvent } from "../../protocol/event.ts";
import { lines } from "../../protocol/lines.ts";
import type { Scope } from "../../protocol/routes.ts";
import { LinkedAbort, pause } from "../abort.ts";
import { checkWait } from "../arguments.ts";
import type { Connection } from "../http/connection.ts";
import { type Break, breakOf, ReconnectBudget, type StreamPolicy } from "./reconnect_budget.ts";
import { WaitTimeoutError } from "../errors.ts";
import { IdleWatchdog } from "./idle_watchdog.ts";
import type { FollowedLine, FollowOptions } from "../types.ts";

/** Maximum length of an event: the dugdale's own limit, and a newline. */
const LINE_MAX_BYTES = 16 * 1024 * 1024 + 1;

/** The mission to follow. */
export interface Followed {
  readonly connection: Connection;
  readonly missionId: string;
  readonly scopes: readonly Scope[];
  readonly policy: StreamPolicy;
  /** Whether the dugdale is known to exist, because it has accepted the mission. Default false. */
  readonly answered?: boolean | undefined;
  /** Start of the caller's wait, by `performance.now()`. Default: when following starts. */
  readonly sinceMs?: number | undefined;
}

/**
 * The lines of a mission's event stream up to and including `done`, each exactly once.
 *
 * @throws {ArgumentError} When `waitMs` is not a number.
 * @throws {NotFoundError} When the mission does not exist, or is removed while it is followed.
 * @throws {NetworkError} When the stream has delivered nothing for too long; code `stream_given_up`.
 * @throws {WaitTimeoutError} When `waitMs` passes first.
 */
export async function* followLines(
  followed: Followed,
  options: FollowOptions = {},
): AsyncGenerator<FollowedLine, void, void> {
  const { connection, missionId } = followed;
  const facts = { host: connection.host, missionId };
  const from = options.from ?? 0;
  const follow = options.follow ?? true;
  const { waitMs } = options;
  checkWait(waitMs);
  const budget = new ReconnectBudget(followed.policy, facts, {
    position: from,
    isKnown: followed.answered,
  });
  const whole = new LinkedAbort(options.signal);
  if (waitMs !== undefined) {
    const waitedMs = followed.sinceMs === undefined ? 0 : performance.now() - followed.sinceMs;
    whole.abortAfter(waitMs - waitedMs, () => new WaitTimeoutError(waitMs, facts));
  }
  let lastSeq = from;
  try {
    for (;;) {
      let openedMs: number | undefined;
      let broken: Break = { reason: "eof", pauseMs: 0 };
      try {
        for await (
          const line of connectOnce(followed, lastSeq, {
            follow,
            signal: whole.signal,
            onOpen: () => openedMs = performance.now(),
          })
        ) {
          if (line.seq > 0) lastSeq = line.seq;
          yield line;
          if (line.event?.event === "done") return;
        }
        if (!follow) return;
      } catch (error) {
        whole.signal.throwIfAborted();
        broken = breakOf(error, connection, missionId);
      }
      const openMs = openedMs && performance.now() - openedMs;
      await pause(budget.count({ ...broken, openMs, position: lastSeq }), whole.signal);
    }
  } finally {
    whole.release();
  }
}

/** The events only, without kinds that this version does not know. */
export async function* followEvents(
  followed: Followed,
  options: FollowOptions = {},
): AsyncGenerator<MissionEvent, void, void> {
  for await (const { event } of followLines(followed, options)) {
    if (event !== undefined) yield event;
  }
}

async function* connectOnce(
  followed: Followed,
  lastSeq: number,
  { follow, signal, onOpen }: {
    readonly follow: boolean;
    readonly signal: AbortSignal;
    /** Called when the response begins. */
    readonly onOpen: () => void;
  },
): AsyncGenerator<FollowedLine, void, void> {
  const { connection, missionId, scopes, policy } = followed;
  const abort = new LinkedAbort(signal);
  const call = { path: { id: missionId }, scopes, missionId };
  const watch = new IdleWatchdog(
    abort,
    policy.silenceMs,
    (stopped) => connection.json("getMission", { ...call, signal: stopped }),
  );
  try {
    // A dugdale may delay its headers until the first event, so the watchdog starts before them.
    watch.start();
    const { body } = await connection.once("events", {
      ...call,
      query: { follow: follow || undefined, from: lastSeq > 0 ? lastSeq : undefined },
      signal: abort.signal,
      timeoutMs: Infinity,
    });
    onOpen();
    const iterator = lines(body, { maxBytes: LINE_MAX_BYTES });
    try {
      for (;;) {
        const { done, value } = await iterator.next();
        await watch.stop();
        if (done) return;
        const line = parseLine(value);
        if (line !== undefined) yield line;
        watch.start();
      }
    } finally {
      await iterator.return();
    }
  } finally {
    await watch.stop();
    abort.release();
  }
}

const numbered = v.object({ seq: v.fallback(v.number(), 0) });

/** A line that is a JSON object; its event is undefined if this version does not know it. */
function parseLine(line: string): FollowedLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined; // empty and torn lines are skipped on either side of the wire
  }
  const known = v.safeParse(missionEvent, value);
  if (known.success) return { line, seq: known.output.seq, event: known.output };
  const other = v.safeParse(numbered, value);
  return other.success ? { line, seq: other.output.seq, event: undefined } : undefined;
}
