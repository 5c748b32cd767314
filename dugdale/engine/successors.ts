import { createHash } from "node:crypto";
import { toUuidV7 } from "../../protocol/ids.ts";
import type { MissionId } from "../../protocol/names.ts";
import { canonical } from "../json/canonical.ts";
import { readJson } from "../json/reader.ts";
import { ProblemError } from "../problem_error.ts";
import type { DoneMission, Successor } from "../store/mission_row.ts";
import { missionSpec } from "./dispatch.ts";
import type { Enqueuer } from "./enqueue.ts";
import type { Lanes } from "./lanes.ts";
import type { EngineParts } from "./parts.ts";

/** Queues the mission that follows another one, in the transaction of its end. */
export class Successors {
  readonly #parts: Pick<EngineParts, "store" | "transitions" | "log">;
  readonly #lanes: Lanes;
  readonly #enqueuer: Enqueuer;
  /** Of the current change. */
  readonly #entered = new Set<MissionId>();

  constructor(parts: Pick<EngineParts, "store" | "transitions" | "log">, lanes: Lanes, enqueuer: Enqueuer) {
    this.#parts = parts;
    this.#lanes = lanes;
    this.#enqueuer = enqueuer;
    parts.transitions.onEnd((done) => this.#follow(done));
    parts.transitions.listen((transition) => {
      if (transition.change !== "queued") return;
      const { missionId, lane } = transition.mission;
      if (this.#entered.delete(missionId)) lanes.wake(lane);
    });
  }

  #follow(done: DoneMission): void {
    const plan = this.#parts.store.missions.plan(done.id);
    const kind = done.outcome === "success" ? "on_success" : "on_failure";
    const successor = kind === "on_success" ? plan?.onSuccess : plan?.onFailure;
    if (successor === undefined) return;
    const { mission_id: of } = done;
    const { mission, lane = done.lane } = successor;
    const missionId = successorId(of, kind, done.time_finished);
    const request = { missionId, mission, lane, input: inputOf(successor, done), timeoutMs: null, files: [] };
    try {
      this.#enqueuer.enter(
        // The runtime is that of the preceding mission: after a crash it ends before anything is applied.
        {
          ...missionSpec({ ...request, traceparent: done.traceparent, runtime: done.runtime }),
          exempt: true,
        },
        {
          enter: (entered) => {
            this.#parts.transitions.enter(entered);
            // Nothing in the same transaction starts before it.
            const found = this.#lanes.find(lane);
            if (found !== undefined) found.empty = false;
            this.#entered.add(missionId);
          },
        },
      );
    } catch (err) {
      // An error of the successor does not prevent the end of the mission.
      if (!(err instanceof ProblemError)) throw err;
      this.#parts.log.warn("successor refused", { mission_id: of, kind, mission, lane, err });
    }
  }
}

/** The id of the successor: deterministic for the same end. */
export function successorId(of: MissionId, kind: "on_success" | "on_failure", finishedMs: number): MissionId {
  const digest = createHash("sha256").update(`${of}\n${kind}`).digest("hex");
  return toUuidV7(finishedMs.toString(16).padStart(12, "0"), digest) as MissionId;
}

/** Its own input, merged with the data of the preceding mission. As text, so that numbers keep their digits. */
function inputOf({ input = "{}" }: Successor, done: DoneMission): string {
  const returned = done.return_value === null ? "" : `,"return":${done.return_value}`;
  const letts = `"letts":{"of":"${done.mission_id}","outcome":"${done.outcome}"${returned}}`;
  const text = input === "{}" ? `{${letts}}` : `${input.slice(0, -1)},${letts}}`;
  return canonical(readJson(text), text);
}
