import type { DeadEventPage, HookList, HookTestReply, RedriveReply } from "../../protocol/hooks.ts";
import { ProblemError } from "../problem_error.ts";
import { json, jsonText } from "./answer.ts";
import type { RouteHandlers } from "./call.ts";
import { type HandlerParts, missionIdOf } from "./parts.ts";

const PAGE = 100, PAGE_MAX = 1000;

/** Hooks: how their deliveries go, what was given up, and what happens now. */
export function hookHandlers(
  parts: HandlerParts,
): RouteHandlers<"listHooks" | "hookStream" | "deadEvents" | "redriveHook" | "testHook" | "sinkRecord"> {
  const { hooks } = parts;
  return {
    listHooks: () => json({ hooks: hooks.list() } satisfies HookList),
    hookStream: (call) => {
      const { on, from } = call.query();
      const types = new Set(on?.split(",").filter((type) => type !== ""));
      const headers = { "content-type": "application/x-ndjson", "x-content-type-options": "nosniff" };
      return new Response(hooks.stream(types, from), { headers });
    },
    deadEvents: (call) => {
      const { limit = PAGE, cursor } = call.query();
      const most = Math.min(limit, PAGE_MAX);
      const rows = hooks.dead(call.path.name ?? "", readCursor(cursor), most + 1);
      const shown = rows.slice(0, most);
      // As text, because the events are JSON already.
      const events = shown.map(({ id, tries, error, dead_at, body }) =>
        `${JSON.stringify({ id, tries, error: error ?? "", dead_at }).slice(0, -1)},"event":${body}}`
      );
      const next = rows.length > most ? { next_cursor: String(shown.at(-1)?.id) } : {};
      const tail = JSON.stringify(next satisfies Omit<DeadEventPage, "events">).slice(1);
      return jsonText(`{"events":[${events.join()}]${tail === "}" ? "" : ","}${tail}`);
    },
    redriveHook: async (call) => {
      const { name = "" } = call.path;
      const { ids } = (await call.body()).shape;
      const audited = parts.audit.begin(call, { action: "hook.redrive", target: name, facts: { ids } });
      const redriven = await hooks.redrive(name, ids, audited.within);
      await audited.done({ redriven });
      return json({ redriven } satisfies RedriveReply);
    },
    sinkRecord: async (call) => {
      const id = missionIdOf(call, "invalid_id");
      const record = await hooks.read(call.path.name ?? "", id);
      if (record === undefined) throw new ProblemError("not_found", `the sink has no record of ${id}`);
      return json(record);
    },
    testHook: async (call) => {
      const { name = "" } = call.path;
      const audited = parts.audit.begin(call, { action: "hook.test", target: name });
      const reply: HookTestReply = await hooks.test(name);
      await audited.done({ ok: reply.ok });
      return json(reply);
    },
  };
}

/** @throws {ProblemError} `bad_request` */
function readCursor(cursor = "0"): number {
  const after = Number(cursor);
  if (Number.isSafeInteger(after) && after >= 0) return after;
  throw new ProblemError("bad_request", "cursor must be the next_cursor of an earlier page");
}
