/** `letts ctl failures list`, `retry` and `delete`. @module */
import type { LettsClient } from "../../../client/client.ts";
import type { FailureFilter } from "../../../client/types.ts";
import { type FailureGroup, FAILURES, type FailuresReply } from "../../../protocol/failures.ts";
import type { JsonObject, JsonValue } from "../../../protocol/json_value.ts";
import type { OutcomeKind } from "../../../protocol/mission.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { paintFor } from "../../output/color.ts";
import { humanTime } from "../../output/human.ts";
import type { Io } from "../../output/io.ts";
import { parseJson } from "../../output/json.ts";
import { writeResult } from "../../output/record.ts";
import { tableText } from "../../output/table.ts";
import { type Cell, terminalTable } from "../../output/terminal_table.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { parseTime } from "../../parse/times.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import { printItem } from "./bulk.ts";
import type { ALL_FAILURES_FLAGS, FAILURE_FLAGS, SET_FLAG } from "./flags.ts";

type FailureValues = Values<typeof HOST_FLAG & typeof FAILURE_FLAGS>;
type AllValues = FailureValues & Values<typeof ALL_FAILURES_FLAGS>;

const COLUMNS = [
  { title: "COUNT", width: 7 },
  { title: "MISSION", width: 24 },
  { title: "OUTCOME", width: 8 },
  { title: "REASON", width: 20 },
  { title: "FIRST", width: 20 },
  { title: "LAST", width: 20 },
  { title: "LAST_MISSION", width: 36 },
];
/** Missions in one restart or delete request: small enough to show progress. */
const CHUNK = 100;

/** Prints the number of failed missions, by mission and reason. */
export async function listFailures(call: Call<FailureValues>): Promise<void> {
  const { io, globals } = call;
  const client = await call.open();
  const host = oneDugdale(client.config, call.flags.host).id;
  const found = await client.failures(host, filterOf(call.flags, Date.now()));
  await writeResult(io.stdout, globals.output, found, () => countsText(found, io));
}

/** Queues all matching missions again. */
export async function retryFailures(call: Call<AllValues & Values<typeof SET_FLAG>>): Promise<void> {
  const set = changesOf(call.flags.set);
  await forAll(
    call,
    "retry",
    (client, host, ids) => client.bulkRestart(host, ids, set === undefined ? {} : { set }),
  );
}

/** Removes all matching missions, with their files. */
export async function deleteFailures(call: Call<AllValues>): Promise<void> {
  await forAll(call, "delete", (client, host, ids) => client.bulkDelete(host, ids));
}

/** Shows the counts, asks for confirmation, and processes the missions page by page. */
async function forAll(
  call: Call<AllValues>,
  verb: "retry" | "delete",
  act: (client: LettsClient, host: string, ids: readonly string[]) => ReturnType<LettsClient["bulkDelete"]>,
): Promise<void> {
  const { flags, io, globals } = call;
  const { limit } = flags;
  if (limit < 0) throw new UsageError(`--limit ${limit} must not be negative`);
  const nowMs = Date.now();
  const client = await call.open();
  const host = oneDugdale(client.config, flags.host).id;
  // Only up to now, so that missions that fail again meanwhile are not processed twice.
  const filter = { until: nowMs, ...filterOf(flags, nowMs) };
  const found = await client.failures(host, filter);
  if (flags["dry-run"]) {
    return await writeResult(io.stdout, globals.output, found, () => countsText(found, io));
  }
  if (found.total === 0) return await io.stderr.write("letts: no failed mission matches\n");
  const count = limit > 0 ? Math.min(limit, found.total) : found.total;
  await io.stderr.write(countsText(found, io));
  if (!flags.yes) {
    await io.stderr.write(`${verb} ${counted(count, "mission")}? [y/N]: `);
    const answer = (await io.stdin.readLine())?.trim();
    if (answer !== "y" && answer !== "Y") throw new CommandError("aborted");
  }
  let done = 0, failed = 0;
  const outcome = filter.outcome ?? FAILURES;
  for await (const ids of chunksOf(client, host, { ...filter, outcome }, count)) {
    for (const item of await act(client, host, ids)) {
      done++;
      if (!item.ok) failed++;
      await printItem(call, item);
    }
  }
  if (failed > 0) throw new CommandError(`${failed} of ${done} ${verb} operations failed`);
}

/** The ids of matching missions, newest first. */
async function* chunksOf(
  client: LettsClient,
  host: string,
  filter: FailureFilter,
  count: number,
): AsyncGenerator<readonly string[], void, void> {
  let chunk: string[] = [];
  let left = count;
  for await (
    const { missionId } of client.listMissions(host, { ...filter, kind: "mission", limit: CHUNK })
  ) {
    chunk.push(missionId);
    if (--left > 0 && chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
    if (left === 0) return;
  }
  if (chunk.length > 0) yield chunk;
}

function filterOf(flags: FailureValues, nowMs: number): FailureFilter {
  const { outcome, mission, reason, lane } = flags;
  const since = parseTime("--since", ago(flags.since), nowMs);
  const until = parseTime("--until", ago(flags.until), nowMs);
  return {
    // The dugdale validates outcomes, because it may know more of them.
    ...(outcome.length > 0 ? { outcome: outcome as readonly OutcomeKind[] } : {}),
    mission,
    failReason: reason,
    lane,
    since,
    ...(until === undefined ? {} : { until }),
  };
}

/** A duration such as `2h` or `7d` counts back from now. */
function ago(text: string | undefined): string | undefined {
  return text !== undefined && /^\d.*[a-zµ]$/.test(text) ? `-${text}` : text;
}

/** Parses comma-separated `key=value` with JSON values; anything that is not JSON is a string. @throws {UsageError} */
function changesOf(set: readonly string[]): JsonObject | undefined {
  if (set.length === 0) return undefined;
  return Object.fromEntries(set.map((text): [string, JsonValue] => {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`--set ${JSON.stringify(text)} must be key=value`);
    return [text.slice(0, at), valueOf(text.slice(at + 1))];
  }));
}

function valueOf(text: string): JsonValue {
  try {
    return parseJson(text, "verbatim") as JsonValue; // JSON.parse gives JSON
  } catch {
    return text;
  }
}

function countsText(found: FailuresReply, io: Io): string {
  const { total, groups, truncated } = found;
  const rest = truncated ? "; groups beyond the first thousand are left out" : "";
  const sum = `${counted(total, "failed mission")} in ${counted(groups.length, "group")}${rest}\n`;
  if (groups.length === 0) return sum;
  return (io.stdout.isTerminal ? terminalText(groups, io) : tableText(COLUMNS, groups.map(plainRow))) + sum;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function plainRow(
  { count, mission, outcome, fail_reason, first_at, last_at, last_mission_id }: FailureGroup,
) {
  const moment = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
  return [
    String(count),
    mission,
    outcome,
    fail_reason ?? "-",
    moment(first_at),
    moment(last_at),
    last_mission_id,
  ];
}

function terminalText(groups: readonly FailureGroup[], io: Io): string {
  const nowMs = Date.now();
  const columns = [
    { title: "COUNT", right: true },
    { title: "MISSION" },
    { title: "OUTCOME" },
    { title: "REASON" },
    { title: "LAST" },
    { title: "MESSAGE", shrinks: true },
  ];
  const rows = groups.map((
    { count, mission, outcome, fail_reason, last_at, last_message },
  ): readonly Cell[] => [
    { text: String(count), color: "bold" },
    { text: mission },
    { text: outcome, color: "red" },
    { text: fail_reason ?? "-" },
    { text: humanTime(last_at, nowMs) },
    { text: last_message ?? "" },
  ]);
  return terminalTable(columns, rows, { columns: io.columns(), paint: paintFor(io.stdout, io) });
}
