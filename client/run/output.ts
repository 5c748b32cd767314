/**
 * Reads captured output across broken connections.
 *
 * @module
 */
import { LinkedAbort, pause } from "../abort.ts";
import { ArgumentError, NetworkError } from "../errors.ts";
import { requireFeatures } from "../features.ts";
import type { GuardedReply } from "../http/reply.ts";
import type { LogOptions, LogStream } from "../types.ts";
import type { Followed } from "./follow.ts";
import { breakOf, ReconnectBudget, reconnecting } from "./reconnect_budget.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Streams captured output. A dugdale sends it from its start only, so everything read before is skipped after a
 * reconnect.
 *
 * @throws {ArgumentError} When the offset is not a non-negative integer.
 */
export async function openLogs(
  followed: Followed,
  stream: LogStream,
  { follow = false, offset = 0, signal }: LogOptions,
): Promise<ReadableStream<Bytes>> {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw new ArgumentError(`offset ${offset} must be a whole number of bytes, not negative`);
  }
  const { connection, missionId, scopes, policy } = followed;
  const facts = { host: connection.host, missionId };
  const left = new LinkedAbort(signal);
  const call = {
    path: { id: missionId },
    scopes,
    missionId,
    signal: left.signal,
    ...(follow ? { timeoutMs: Infinity } : {}),
  };
  const wanted = { follow: follow || undefined };
  const request = (how: "once" | "open"): Promise<GuardedReply> =>
    stream === "log"
      ? connection[how]("log", { ...call, query: wanted })
      : connection[how]("output", { ...call, query: { stream, ...wanted } });
  const budget = new ReconnectBudget(policy, facts, { position: offset, isKnown: true });
  let at = offset;
  let skip = offset;
  let openedMs: number | undefined;
  let reader: ReadableStreamDefaultReader<Bytes> | undefined;

  async function opened(reply: Promise<GuardedReply>): Promise<ReadableStreamDefaultReader<Bytes>> {
    openedMs = undefined;
    const { body } = await reply;
    openedMs = performance.now();
    return body.getReader();
  }

  async function next(): Promise<Bytes | undefined> {
    reader ??= await opened(request("once"));
    for (;;) {
      const { done, value } = await reader.read();
      if (done && skip === 0) return undefined;
      if (done) {
        throw new NetworkError(
          `${stream} ended before byte ${at}, which was read before`,
          facts,
          "bad_reply",
        );
      }
      const fresh = value.subarray(Math.min(skip, value.length));
      skip -= value.length - fresh.length;
      at += fresh.length;
      if (fresh.length > 0) return fresh;
    }
  }

  /** Waits before the next connection. */
  async function recover(error: unknown): Promise<void> {
    left.signal.throwIfAborted();
    const broken = breakOf(error, connection, missionId);
    reader = undefined;
    skip = at;
    const openMs = openedMs && performance.now() - openedMs;
    await pause(budget.count({ ...broken, openMs, position: at }), left.signal);
  }

  try {
    if (stream === "log") await requireFeatures(connection, ["log"], { missionId, signal });
    // A dugdale that was never reached is tried as often as for any other call.
    reader = await opened(
      followed.answered
        ? reconnecting(followed, { missionId, signal: left.signal }, () => request("once"))
        : request("open"),
    );
  } catch (error) {
    left.release();
    throw error;
  }
  return new ReadableStream<Bytes>({
    async pull(controller) {
      for (;;) {
        try {
          const bytes = await next();
          if (bytes === undefined) {
            left.release();
            controller.close();
          } else controller.enqueue(bytes);
          return;
        } catch (error) {
          await recover(error).catch((reason) => {
            left.release();
            throw reason;
          });
        }
      }
    },
    async cancel(reason) {
      const closed = reader?.cancel(reason);
      left.abort(reason);
      left.release();
      await closed;
    },
  }, { highWaterMark: 0 });
}
