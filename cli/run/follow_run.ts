/**
 * Waits for the end of a mission and shows it on the way.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import { NetworkError } from "../../client/errors.ts";
import type { DispatchedRef } from "../../client/types.ts";
import { LogTails } from "./log_tails.ts";
import { type MissionEnd, missionEnd } from "./mission_end.ts";
import type { RunView } from "./view.ts";

/** How to wait. */
export interface FollowRunOptions {
  readonly view: RunView;
  /** Show what the mission prints. */
  readonly logs: boolean;
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
  { view, logs, waitMs, signal }: FollowRunOptions,
): Promise<MissionEnd> {
  // When the tails find that nobody reads any more, there is no reason to wait for events either.
  const unread = new AbortController();
  await using tails = logs
    ? new LogTails(client, ref, { view, onFailure: (error) => unread.abort(error) })
    : undefined;
  const either = AbortSignal.any([signal, unread.signal]);
  for await (const followed of client.followLines(ref, { waitMs, signal: either })) {
    if (followed.event?.event !== "done") {
      await view.event(followed);
      continue;
    }
    // What the mission printed before its end is shown before the end.
    await tails?.drain();
    await view.event(followed);
    return missionEnd(ref, followed.event, followed.line);
  }
  const { host, missionId } = ref;
  throw new NetworkError("the events ended without an end of the mission", { host, missionId }, "bad_reply");
}
