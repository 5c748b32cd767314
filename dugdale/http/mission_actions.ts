import { BULK_MAX, type BulkItem } from "../../protocol/mission.ts";
import { isMissionId, MISSION_ID, type MissionId } from "../../protocol/names.ts";
import type { MissionActions } from "../engine/mission_actions.ts";
import { canonical, NotCanonicalError } from "../json/canonical.ts";
import { type JsonNode, readJson } from "../json/reader.ts";
import { ProblemError } from "../problem_error.ts";
import type { MissionRow } from "../store/mission_row.ts";
import { audit } from "./admin.ts";
import { json } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import { toProblem } from "./failure.ts";
import { assertKindAllowed, type HandlerParts, missionIdOf, seenMission } from "./parts.ts";

type Keys = "restart" | "runNow" | "kill" | "deleteMission" | "bulkRestart" | "bulkDelete";
/** An audit record lists at most this many ids. */
const AUDIT_IDS = 100;

/** Actions on missions after their dispatch. */
export function missionActions(parts: HandlerParts, actions: MissionActions): RouteHandlers<Keys> {
  /** One after the other, in the order of the request; one that fails does not stop the rest. */
  async function inOrder(
    ids: readonly string[],
    op: string,
    act: (id: MissionId) => Promise<Partial<BulkItem>>,
  ): Promise<BulkItem[]> {
    const results: BulkItem[] = [];
    for (const id of ids) {
      try {
        if (!isMissionId(id)) throw new ProblemError("bad_request", MISSION_ID.refusal(id));
        results.push({ id, ok: true, ...await act(id) });
      } catch (error) {
        const { code, details } = toProblem(error, op, parts.log);
        results.push({ id, ok: false, error: code, ...(details ? { details } : {}) });
      }
    }
    return results;
  }
  return {
    restart: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      assertKindAllowed(call, row);
      const reply = await actions.restart(row);
      audit(parts, call, "mission.restart", { mission_id: row.mission_id, new_mission_id: reply.mission_id });
      return json(reply, 201);
    },
    runNow: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      assertKindAllowed(call, row);
      const reply = await actions.runNow(row);
      audit(parts, call, "mission.run_now", { mission_id: row.mission_id });
      return json(reply);
    },
    kill: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      assertKindAllowed(call, row);
      // The body is ignored; it is read so that the connection can be used again.
      await call.bytes().catch(() => undefined);
      const reply = await actions.kill(row);
      audit(parts, call, "mission.kill", {
        mission_id: row.mission_id,
        kind: row.kind,
        from_status: row.status,
      });
      return json(reply);
    },
    deleteMission: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      if (row.status !== "deleting") assertKindAllowed(call, row);
      const { force = false } = call.query();
      await actions.delete(row, force, call.gone);
      audit(parts, call, "mission.delete", { mission_id: row.mission_id, force });
      return json({ status: "deletion_pending" }, 202);
    },
    bulkRestart: async (call) => {
      const body = await call.body();
      const { ids } = body.shape;
      assertCount(ids.length);
      const set = body.node("set");
      const results = await inOrder(ids, "bulkRestart", async (id) => {
        const row = seenMission(call, id, parts);
        const input = set === undefined ? undefined : changedInput(row, set, body.source);
        const { mission_id } = await actions.restart(row, input);
        return { mission_id };
      });
      const changes = set?.kind === "object" ? { set: set.members.map(([name]) => name) } : {};
      audit(parts, call, "mission.bulk_restart", { ...auditIds(ids), ...changes });
      return json({ results });
    },
    bulkDelete: async (call) => {
      const { ids, force = false } = (await call.body()).shape;
      assertCount(ids.length);
      const results = await inOrder(ids, "bulkDelete", async (id) => {
        await actions.delete(seenMission(call, id, parts), force, call.gone);
        return { status: "deletion_pending" };
      });
      audit(parts, call, "mission.bulk_delete", { force, ...auditIds(ids) });
      return json({ results });
    },
  };
}

/** The input of a mission with other values of some members. @throws {ProblemError} `bad_request` */
function changedInput({ kind, mission_id, input }: MissionRow, set: JsonNode, source: string): string {
  const before = readJson(input);
  const isObject = before.kind === "object" || before.kind === "null";
  if (kind === "exec" || !isObject || set.kind !== "object") {
    throw new ProblemError("bad_request", `${kind} ${mission_id} has no input with members`);
  }
  const members = new Map<string, string>();
  for (const [name, { start, end }] of before.kind === "object" ? before.members : []) {
    members.set(name, input.slice(start, end));
  }
  for (const [name, { start, end }] of set.members) members.set(name, source.slice(start, end));
  const text = `{${[...members].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
  try {
    return canonical(readJson(text), text);
  } catch (cause) {
    if (!(cause instanceof NotCanonicalError)) throw cause;
    throw new ProblemError("bad_request", `set: ${cause.message}`, { cause });
  }
}

/** @throws {ProblemError} `bad_request` */
export function assertCount(count: number): void {
  if (count === 0) throw new ProblemError("bad_request", "ids must name at least one mission");
  if (count > BULK_MAX) {
    throw new ProblemError("bad_request", `ids must name at most ${BULK_MAX} missions`, {
      details: { count },
    });
  }
}

function auditIds(ids: readonly string[]): Record<string, unknown> {
  const cut = ids.length > AUDIT_IDS ? { ids_truncated_at: AUDIT_IDS } : {};
  return { count: ids.length, ids: ids.slice(0, AUDIT_IDS), ...cut };
}
