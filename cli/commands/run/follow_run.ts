/**
 * Waits for the end of a mission and displays it meanwhile.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { NetworkError } from "../../../client/errors.ts";
import type { DispatchedRef, FollowedLine } from "../../../client/types.ts";
import { type LogShow, LogTails } from "./log_tails.ts";
import { type MissionEnd, missionEnd } from "./mission_end.ts";

/** Options of the wait. */
export interface FollowRunOptions {
  /** Shows an event; the next one waits for it. */
  readonly event: (line: FollowedLine) => Promise<void>;
  /** Shows output of the mission; undefined means that it is not fetched. */
  readonly logs: LogShow | undefined;
  /** Milliseconds from now; undefined means forever. */
  readonly waitMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Follows the events until `done`.
 *
 * @throws {WaitTimeoutError} When the wait ends first. The mission keeps running.
 */
export async function followRun(
  client: LettsClient,
  ref: DispatchedRef,
  { event, logs, waitMs, signal }: FollowRunOptions,
): Promise<MissionEnd> {
  // If the destination of the tails is closed, there is no reason to wait for events either.
  const unread = new AbortController();
  await using tails = logs &&
    new LogTails(client, ref, logs, { signal, onFailure: (error) => unread.abort(error) });
  const either = AbortSignal.any([signal, unread.signal]);
  for await (const followed of client.followLines(ref, { waitMs, signal: either })) {
    if (followed.event?.event !== "done") {
      await event(followed);
      continue;
    }
    // Output printed before the end is shown before the end.
    await tails?.drain();
    signal.throwIfAborted();
    await event(followed);
    return missionEnd(ref, followed.event, followed.line, tails?.lost ?? false);
  }
  const { host, missionId } = ref;
  throw new NetworkError("the events ended without an end of the mission", { host, missionId }, "bad_reply");
}
