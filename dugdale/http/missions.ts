import { quote } from "../../protocol/clip.ts";
import { KEY } from "../../protocol/dispatch_options.ts";
import type { CapturedBytes, MissionRow } from "../store/mission_row.ts";
import { missionText } from "../store/mission_text.ts";
import { ProblemError } from "../problem_error.ts";
import { jsonText } from "./answer.ts";
import type { Call, RouteHandlers } from "./call.ts";
import { openOutput, type OutputOptions } from "./output.ts";
import { assertKindAllowed, type HandlerParts, missionIdOf, noMission, seenMission } from "./parts.ts";

const NOSNIFF = { "x-content-type-options": "nosniff" };

/** Reads of one mission. */
export function missionHandlers(
  parts: HandlerParts,
): RouteHandlers<"getMission" | "getByKey" | "events" | "output" | "log"> {
  return {
    getMission: (call) => {
      const id = missionIdOf(call, "invalid_id");
      const row = seenMission(call, id, parts);
      if (row.status === "deleting") throw noMission(id);
      assertKindAllowed(call, row);
      return jsonText(missionText(row, parts.store));
    },
    getByKey: (call) => {
      const { key = "" } = call.path;
      const fault = KEY.fault(key);
      if (fault !== undefined) throw new ProblemError("bad_request", fault);
      const limits = call.caller.token?.limits;
      const row = parts.store.missions.keys.newest(key, limits && ((row) => limits.sees(row)));
      if (row === undefined) {
        throw new ProblemError("not_found", `there is no mission with the key ${quote(key)}`);
      }
      assertKindAllowed(call, row);
      return jsonText(missionText(row, parts.store));
    },
    events: (call) => {
      const row = readable(call, parts);
      const { from = 0, follow = false } = call.query("invalid_from");
      const stream = parts.followers.events(row, Math.max(0, from), follow);
      return new Response(stream, { headers: { "content-type": "application/x-ndjson", ...NOSNIFF } });
    },
    output: (call) => {
      missionIdOf(call, "invalid_id");
      const { stream: name, attempt, follow = false } = call.query();
      const row = readable(call, parts);
      const part = attempt === undefined ? undefined : outputPart(row, attempt, { name, follow }, parts);
      const type = name === "combined" ? "application/x-ndjson" : "application/octet-stream";
      const stream = openOutput(row, { name, follow, ...part }, parts);
      return new Response(stream, { headers: { "content-type": type, ...NOSNIFF } });
    },
    log: (call) => {
      const row = readable(call, parts);
      const { follow = false } = call.query();
      const stream = openOutput(row, { name: "log", follow }, parts);
      return new Response(stream, { headers: { "content-type": "application/x-ndjson", ...NOSNIFF } });
    },
  };
}

/** Positions of one attempt's output. @throws {ProblemError} `not_found` when there was no such attempt. */
function outputPart(
  row: MissionRow,
  attempt: number,
  { name, follow }: { readonly name: keyof CapturedBytes; readonly follow: boolean },
  parts: HandlerParts,
): Pick<OutputOptions, "fromByte" | "toByte"> {
  if (follow) throw new ProblemError("bad_request", "attempt and follow cannot be used together");
  const rows = parts.store.missions.attempts(row);
  if (attempt > row.attempt) {
    throw new ProblemError("not_found", `mission ${row.mission_id} has no attempt ${attempt}`, {
      details: { attempt: row.attempt },
    });
  }
  const endOf = (n: number): number | undefined => {
    const captured = rows.find((row) => row.n === n)?.captured;
    return captured ? (JSON.parse(captured) as CapturedBytes)[name] : undefined;
  };
  return { fromByte: endOf(attempt - 1) ?? 0, toByte: endOf(attempt) };
}

/** The mission of the path, if its streams may be read. */
function readable(call: Call, parts: HandlerParts): MissionRow {
  const id = missionIdOf(call, "invalid_id");
  const row = seenMission(call, id, parts);
  if (row.status === "deleting") {
    throw new ProblemError("mission_deleting", `mission ${id} is being deleted`, { status: 410 });
  }
  assertKindAllowed(call, row);
  return row;
}
