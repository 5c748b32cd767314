import { BULK_MAX, type BulkItem } from "../../protocol/mission.ts";
import { isMissionId, MISSION_ID, type MissionId } from "../../protocol/names.ts";
import type { MissionActions } from "../engine/mission_actions.ts";
import { ProblemError } from "../problem_error.ts";
import type { MissionRow } from "../store/mission_row.ts";
import { audit } from "./admin.ts";
import { json } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import { toProblem } from "./failure.ts";
import { assertKindAllowed, type HandlerParts, missionIdOf, noMission } from "./parts.ts";

type Keys = "restart" | "runNow" | "kill" | "deleteMission" | "bulkRestart" | "bulkDelete";
/** An audit record lists at most this many ids. */
const AUDIT_IDS = 100;

/** Actions on missions after their dispatch. */
export function missionActions(parts: HandlerParts, actions: MissionActions): RouteHandlers<Keys> {
  function find(id: MissionId): MissionRow {
    const row = parts.store.missions.find(id);
    if (row === undefined) throw noMission(id);
    return row;
  }
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
      const row = find(missionIdOf(call, "bad_request"));
      assertKindAllowed(call, row);
      const reply = await actions.restart(row);
      audit(parts, call, "mission.restart", { mission_id: row.mission_id, new_mission_id: reply.mission_id });
      return json(reply, 201);
    },
    runNow: async (call) => {
      const row = find(missionIdOf(call, "bad_request"));
      assertKindAllowed(call, row);
      const reply = await actions.runNow(row);
      audit(parts, call, "mission.run_now", { mission_id: row.mission_id });
      return json(reply);
    },
    kill: async (call) => {
      const row = find(missionIdOf(call, "bad_request"));
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
      const row = find(missionIdOf(call, "bad_request"));
      if (row.status !== "deleting") assertKindAllowed(call, row);
      const { force = false } = call.query();
      await actions.delete(row, force, call.gone);
      audit(parts, call, "mission.delete", { mission_id: row.mission_id, force });
      return json({ status: "deletion_pending" }, 202);
    },
    bulkRestart: async (call) => {
      const { ids } = (await call.body()).shape;
      assertCount(ids.length);
      const results = await inOrder(ids, "bulkRestart", async (id) => {
        const { mission_id } = await actions.restart(find(id));
        return { mission_id };
      });
      audit(parts, call, "mission.bulk_restart", auditIds(ids));
      return json({ results });
    },
    bulkDelete: async (call) => {
      const { ids, force = false } = (await call.body()).shape;
      assertCount(ids.length);
      const results = await inOrder(ids, "bulkDelete", async (id) => {
        await actions.delete(find(id), force, call.gone);
        return { status: "deletion_pending" };
      });
      audit(parts, call, "mission.bulk_delete", { force, ...auditIds(ids) });
      return json({ results });
    },
  };
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
