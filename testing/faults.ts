/**
 * Injected faults.
 *
 * @module
 */
import { pause } from "../client/abort.ts";
import type { JsonValue } from "../protocol/json_value.ts";
import type { ProblemCode } from "../protocol/problem.ts";
import type { RouteKey } from "../protocol/routes.ts";
import { refusal } from "./answers.ts";

/** A route of a dugdale, by its name in the protocol. */
export type FaultyRoute =
  | "healthz"
  | "readyz"
  | "version"
  | "metrics"
  | "dispatch"
  | "dispatchBatch"
  | "execDispatch"
  | "listMissions"
  | "failures"
  | "getMission"
  | "getByKey"
  | "events"
  | "output"
  | "restart"
  | "runNow"
  | "kill"
  | "deleteMission"
  | "bulkRestart"
  | "bulkDelete"
  | "apply"
  | "state"
  | "reload"
  | "pauseLane"
  | "continueLane"
  | "listSchedules"
  | "getSchedule"
  | "nextOfSchedule"
  | "pauseSchedule"
  | "continueSchedule"
  | "runSchedule"
  | "dugdale"
  | "lanes"
  | "putStaging"
  | "headStaging"
  | "getStaging"
  | "deleteStaging"
  | "listStaging"
  | "stagingByContent"
  | "stagingUploads";

/** A fault. If several effects are given, all of them happen. */
export interface Fault {
  /** Only requests of this route. Default: all. */
  readonly route?: FaultyRoute | undefined;
  /** Number of requests affected. Default 1; `Infinity` for all. */
  readonly times?: number | undefined;
  /** Delay in milliseconds before anything else happens. */
  readonly delayMs?: number | undefined;
  /** Respond with this error code. */
  readonly code?: ProblemCode | undefined;
  /** Status of the error. Default: the status of the code. */
  readonly status?: number | undefined;
  /** Details of the error. */
  readonly details?: Readonly<Record<string, JsonValue>> | undefined;
  /** Suggested retry delay, in milliseconds; sent in whole seconds. */
  readonly retryAfterMs?: number | undefined;
  /** Drop the connection: `before` the request has an effect, or `after` it, so that only the response is lost. */
  readonly drop?: "before" | "after" | undefined;
  /** Cut the response body off after this many bytes. */
  readonly cutAfterBytes?: number | undefined;
}

/** The faults that have not been used up. */
export class Faults {
  readonly #waiting: { readonly fault: Fault; left: number }[] = [];

  /** Adds a fault after the existing ones. */
  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? 1 });
  }

  /** The first fault for a request of this route; uses up one of its hits. */
  take(route: RouteKey): Fault | undefined {
    const index = this.#waiting.findIndex(({ fault }) => fault.route === undefined || fault.route === route);
    const found = this.#waiting[index];
    if (found === undefined) return undefined;
    if (--found.left <= 0) this.#waiting.splice(index, 1);
    return found.fault;
  }
}

/** Handles a request, with a fault if one applies. */
export async function withFault(
  fault: Fault | undefined,
  signal: AbortSignal,
  answer: () => Promise<Response>,
): Promise<Response> {
  if (fault === undefined) return await answer();
  if (fault.delayMs !== undefined) await pause(fault.delayMs, signal);
  if (fault.drop === "before") throw new TypeError("the fake dugdale dropped the connection");
  if (fault.code !== undefined) return refusal(fault.code, fault);
  const response = await answer();
  if (fault.drop === "after") {
    await response.body?.cancel();
    throw new TypeError("the fake dugdale dropped the connection");
  }
  if (fault.cutAfterBytes === undefined || response.body === null) return response;
  return new Response(cut(response.body, fault.cutAfterBytes), response);
}

/** The start of a body, followed by an error as from a broken connection. */
function cut(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  afterBytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let left = afterBytes;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = left > 0 ? await reader.read() : { done: false, value: undefined };
      if (done) return controller.close();
      if (value === undefined) {
        await reader.cancel();
        throw new TypeError("the fake dugdale cut the answer off");
      }
      controller.enqueue(value.subarray(0, left));
      left -= Math.min(left, value.length);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
