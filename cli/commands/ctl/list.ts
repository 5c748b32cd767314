/** `letts ctl missions list` and `letts ctl exec list`. @module */
import type { Mission, MissionFilter, Page } from "../../../client/types.ts";
import { FAILURES } from "../../../protocol/failures.ts";
import { UsageError } from "../../errors.ts";
import { orderedRecord } from "../../output/mission_record.ts";
import { missionTable, missionTerminalTable } from "../../output/mission_table.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { EXEC_LIST_FLAGS, FAILED_FLAG, LIST_FLAGS, MISSION_LIST_FLAGS } from "./flags.ts";
import { listFilter } from "./mission_filter.ts";

type ListValues = Values<typeof HOST_FLAG & typeof LIST_FLAGS>;

/** Prints one page of the missions of a dugdale. */
export async function listMissions(
  call: Call<ListValues & Values<typeof MISSION_LIST_FLAGS & typeof FAILED_FLAG>>,
): Promise<void> {
  const { flags } = call;
  if (flags.failed && flags.outcome !== undefined) {
    throw new UsageError("--failed and --outcome cannot be used together");
  }
  await printPage(call, {
    ...(flags.failed ? { outcome: FAILURES } : {}),
    ...(flags.kind === "all" ? {} : { kind: flags.kind }),
    mission: flags.mission,
    missionPrefix: flags["mission-prefix"],
  });
}

/** Prints one page of the commands of a dugdale. */
export async function listExecs(call: Call<ListValues & Values<typeof EXEC_LIST_FLAGS>>): Promise<void> {
  await printPage(call, { kind: "exec", groupId: call.flags.group });
}

async function printPage(call: Call<ListValues>, own: MissionFilter): Promise<void> {
  const { flags, globals, io } = call;
  const nowMs = Date.now();
  const filter = { ...listFilter(flags, nowMs), ...own };
  const client = await call.open();
  const page = await client.listMissions(oneDugdale(client.config, flags.host).id, filter).page(flags.cursor);
  await writeResult(
    io.stdout,
    globals.output,
    pageRecord(page),
    () => io.stdout.isTerminal ? missionTerminalTable(page, io, nowMs) : missionTable(page),
  );
}

function pageRecord({ items, nextCursor }: Page<Mission>): unknown {
  return {
    missions: items.map(({ record }) => orderedRecord(record)),
    next_cursor: nextCursor || undefined,
  };
}
