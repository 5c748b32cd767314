import { BULK_MAX, type BulkItem } from "../../protocol/mission.ts";
import { isMissionId, MISSION_ID, type MissionId } from "../../protocol/names.ts";
import type { MissionActions } from "../engine/mission_actions.ts";
import { canonical, NotCanonicalError } from "../json/canonical.ts";
import { type JsonNode, readJson } from "../json/reader.ts";
import { ProblemError } from "../problem_error.ts";
import type { MissionRow } from "../store/mission_row.ts";
import { json } from "./answer.ts";
import type { Action, AuditedAction, Facts } from "./audit.ts";
import type { Call, RouteHandlers } from "./call.ts";
import { toProblem } from "./failure.ts";
import { assertKindAllowed, type HandlerParts, missionIdOf, seenMission } from "./parts.ts";

type Keys = "restart" | "runNow" | "kill" | "deleteMission" | "bulkRestart" | "bulkDelete";
/** Maximum number of ids in an audit record. */
const AUDIT_IDS = 100;

/** Actions on missions after their dispatch. */
export function missionActions(parts: HandlerParts, actions: MissionActions): RouteHandlers<Keys> {
  /** One after the other, in the order of the request; a failed one does not stop the rest. */
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
  const actionOn = (action: string, { mission_id: target }: MissionRow, facts: Facts = {}): Action => ({
    action,
    target,
    facts: { mission_id: target, ...facts },
  });
  const begin = (call: Call, ...action: Parameters<typeof actionOn>): AuditedAction =>
    parts.audit.begin(call, actionOn(...action));
  const quietly = (call: Call, ...action: Parameters<typeof actionOn>): AuditedAction | undefined =>
    parts.audit.quietly(call, actionOn(...action));
  return {
    restart: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      assertKindAllowed(call, row);
      const audited = begin(call, "mission.restart", row);
      const reply = await actions.restart(row, { within: audited.within });
      await audited.done();
      return json(reply, 201);
    },
    runNow: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      assertKindAllowed(call, row);
      const audited = begin(call, "mission.run_now", row);
      const reply = await actions.runNow(row, audited.within);
      await audited.done();
      return json(reply);
    },
    kill: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      assertKindAllowed(call, row);
      // The body is ignored; it is read so that the connection can be reused.
      await call.bytes().catch(() => undefined);
      const audited = begin(call, "mission.kill", row, { kind: row.kind, from_status: row.status });
      const reply = await actions.kill(row, audited.within);
      await audited.done();
      return json(reply);
    },
    deleteMission: async (call) => {
      const row = seenMission(call, missionIdOf(call, "bad_request"), parts);
      if (row.status !== "deleting") assertKindAllowed(call, row);
      const { force = false } = call.query();
      const audited = begin(call, "mission.delete", row, { force });
      await actions.delete(row, force, call.gone, audited.within);
      await audited.done();
      return json({ status: "deletion_pending" }, 202);
    },
    bulkRestart: async (call) => {
      const body = await call.body();
      const { ids } = body.shape;
      assertCount(ids.length);
      const set = body.node("set");
      const changes = set?.kind === "object" ? { set: set.members.map(([name]) => name) } : {};
      const results = await inOrder(ids, "bulkRestart", async (id) => {
        const row = seenMission(call, id, parts);
        const input = set === undefined ? undefined : changedInput(row, set, body.source);
        const audited = quietly(call, "mission.restart", row, changes);
        const { mission_id } = await actions.restart(row, { input, within: audited?.within });
        await audited?.done();
        return { mission_id };
      });
      parts.audit.log(call, "mission.bulk_restart", { ...auditIds(ids), ...changes });
      return json({ results });
    },
    bulkDelete: async (call) => {
      const { ids, force = false } = (await call.body()).shape;
      assertCount(ids.length);
      const results = await inOrder(ids, "bulkDelete", async (id) => {
        const row = seenMission(call, id, parts);
        const audited = quietly(call, "mission.delete", row, { force });
        await actions.delete(row, force, call.gone, audited?.within);
        await audited?.done();
        return { status: "deletion_pending" };
      });
      parts.audit.log(call, "mission.bulk_delete", { force, ...auditIds(ids) });
      return json({ results });
    },
  };
}

/** The input of a mission with replaced members. @throws {ProblemError} `bad_request` */
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
