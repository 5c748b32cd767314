/**
 * Waits for the end of a mission and shows it on the way.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { NetworkError } from "../../../client/errors.ts";
import type { DispatchedRef, FollowedLine } from "../../../client/types.ts";
import { type LogShow, LogTails } from "./log_tails.ts";
import { type MissionEnd, missionEnd } from "./mission_end.ts";

/** How to wait. */
export interface FollowRunOptions {
  /** Shows an event; the next one waits for it. */
  readonly event: (line: FollowedLine) => Promise<void>;
  /** Shows what the mission prints; undefined does not ask for it. */
  readonly logs: LogShow | undefined;
  /** Milliseconds from now; undefined for ever. */
  readonly waitMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Follows the events until `done`.
 *
 * @throws {WaitTimeoutError} When the wait is over first. The mission keeps running.
 */
export async function followRun(
  client: LettsClient,
  ref: DispatchedRef,
  { event, logs, waitMs, signal }: FollowRunOptions,
): Promise<MissionEnd> {
  // When the output of the tails has been closed, there is no reason to wait for events either.
  const unread = new AbortController();
  await using tails = logs &&
    new LogTails(client, ref, logs, { signal, onFailure: (error) => unread.abort(error) });
  const either = AbortSignal.any([signal, unread.signal]);
  for await (const followed of client.followLines(ref, { waitMs, signal: either })) {
    if (followed.event?.event !== "done") {
      await event(followed);
      continue;
    }
    // What the mission printed before its end is shown before the end.
    await tails?.drain();
    signal.throwIfAborted();
    await event(followed);
    return missionEnd(ref, followed.event, followed.line, tails?.lost ?? false);
  }
  const { host, missionId } = ref;
  throw new NetworkError("the events ended without an end of the mission", { host, missionId }, "bad_reply");
}
