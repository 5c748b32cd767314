/**
 * Kills a dugdale with SIGKILL at random moments under mixed load, starts it again, and checks what it promised: a
 * mission whose dispatch was answered is there exactly once and comes to one end.
 *
 * @module
 */
import { type Daemon, pause, Place } from "../contract/daemon.ts";
import { type Dugdale, type Fields, type Reply, sha256 } from "../contract/dugdale.ts";
import { apply, callsTo, MISSIONS } from "../contract/harness.ts";
import { newId } from "../contract/ids.ts";

/** What a series of kills came to. */
export interface Figures {
  readonly kills: number;
  /** Missions whose dispatch was answered. */
  readonly acknowledged: number;
  /** Dispatches without an answer; the dugdale may have taken them or not. */
  readonly unanswered: number;
  readonly unansweredButTaken: number;
  readonly success: number;
  readonly lost: number;
  /** Missions that were ended by a request. */
  readonly killed: number;
  /** From the start of the process to its first answer, in milliseconds. */
  readonly startMs: { readonly median: number; readonly p95: number; readonly most: number };
  /** Broken promises, a line each; empty when all were kept. */
  readonly problems: readonly string[];
}

/** How hard to try. */
export interface SigkillOptions {
  readonly kills: number;
  /** Callers that dispatch one mission after the other. Default 24. */
  readonly callers?: number;
  /** Called after each kill. */
  readonly onKill?: (kill: number) => void;
}

/** The kill comes after so many acknowledged missions: more than the lanes can lose, however slow the machine. */
const FEWEST = 20, MOST = 80;
const STATE = { mission_dir: MISSIONS, lanes: { fast: { concurrency: 12 }, slow: { concurrency: 2 } } };

/** What a mission of the load does; its id decides. */
type Kind = "plain" | "slow" | "exec" | "files" | "killed";
const KINDS: readonly Kind[] = ["plain", "plain", "plain", "slow", "exec", "files", "files", "killed"];

function kindOf(id: string): Kind {
  return KINDS[Number.parseInt(id.slice(-1), 16) % KINDS.length] ?? "plain";
}

const INPUT = "an input file\n";

/** Runs the series in a temporary folder. */
export async function sigkill(options: SigkillOptions): Promise<Figures> {
  const { kills, callers = 24, onKill } = options;
  await using place = await Place.make({ log: { level: "warn" } });
  const log = `${place.dir}/runs`;
  await Deno.writeTextFile(log, "");
  const acknowledged = new Set<string>(), unanswered = new Set<string>();
  const startMs: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await using daemon = await started(place, startMs);
    const dugdale = callsTo(daemon);
    if (kill === 0) await apply(dugdale, STATE);
    const abort = new AbortController();
    const enough = Promise.withResolvers<void>();
    let left = FEWEST + Math.floor(Math.random() * (MOST - FEWEST));
    const onAcknowledged = (): void => void (--left === 0 && enough.resolve());
    const common = { log, acknowledged, unanswered, signal: abort.signal, onAcknowledged };
    const load = Array.from({ length: callers }, (_, index) => dispatchAll(dugdale, { ...common, index }));
    // A caller ends before the kill only by a failure.
    await Promise.race([enough.promise, ...load]);
    daemon.signal("SIGKILL");
    await daemon.exited;
    abort.abort();
    await Promise.all(load);
    onKill?.(kill + 1);
  }
  await using daemon = await started(place, startMs);
  const dugdale = callsTo(daemon);
  await idle(dugdale);
  const records = await readAll(dugdale, [...acknowledged, ...unanswered]);
  const runs = runsOf(await Deno.readTextFile(log));
  const problems = [
    ...[...acknowledged].filter((id) => records.get(id) === undefined).map((id) =>
      `${id} was acknowledged and is gone`
    ),
    ...[...runs.keys()].filter((id) => !records.has(id)).map((id) => `${id} ran and is unknown`),
  ];
  await inGroups([...records.keys()], async (id) => {
    problems.push(...await problemsOf(dugdale, id, records.get(id), runs.get(id)));
  });
  const outcomes = [...records.values()].map((record) => record?.outcome);
  const sorted = startMs.toSorted((a, b) => a - b);
  return {
    kills,
    acknowledged: acknowledged.size,
    unanswered: unanswered.size,
    unansweredButTaken: [...unanswered].filter((id) => records.get(id) !== undefined).length,
    success: outcomes.filter((outcome) => outcome === "success").length,
    lost: outcomes.filter((outcome) => outcome === "lost").length,
    killed: outcomes.filter((outcome) => outcome === "killed").length,
    startMs: { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95), most: quantile(sorted, 1) },
    problems,
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

interface Load {
  readonly log: string;
  readonly acknowledged: Set<string>;
  readonly unanswered: Set<string>;
  readonly signal: AbortSignal;
  /** Called once for each mission that is acknowledged. */
  readonly onAcknowledged: () => void;
  readonly index: number;
}

/** Dispatches until the dugdale is gone. What got no answer before is sent again first, as a client would. */
async function dispatchAll(dugdale: Dugdale, load: Load): Promise<void> {
  const { log, acknowledged, unanswered, signal, onAcknowledged, index } = load;
  while (!signal.aborted) {
    const [old] = index % 2 === 0 ? unanswered : [];
    const id = old ?? newId();
    unanswered.add(id);
    try {
      const { status, text } = await send(dugdale, id, log, signal);
      if (status !== 200 && status !== 202) throw new Error(`dispatch was answered with ${status} ${text}`);
      unanswered.delete(id);
      if (!acknowledged.has(id)) onAcknowledged();
      acknowledged.add(id);
      if (kindOf(id) === "killed") await dugdale.post(`/v1/missions/${id}/kill`, {}, { signal });
      // Some follow what they have dispatched to its end, or to the end of the dugdale.
      if (index % 6 === 0) await dugdale.get(`/v1/missions/${id}/events?follow=true`, { signal });
      else await pause(Math.random() * 60);
    } catch (error) {
      // The connection broke, or the kill came: the end of this round.
      if (error instanceof TypeError || signal.aborted) return;
      throw error;
    }
  }
}

/** Sends what that id stands for; the same each time. */
async function send(dugdale: Dugdale, id: string, log: string, signal: AbortSignal): Promise<Reply> {
  const kind = kindOf(id), lane = kind === "slow" ? "slow" : "fast";
  if (kind === "exec") {
    const command = ["sh", `${MISSIONS}/logs_runs.sh`, log];
    const headers = { "idempotency-key": id };
    return await dugdale.post("/v1/exec/dispatch", { lane, command }, { as: "exec", headers, signal });
  }
  const files = kind === "files" ? [{ role: "data", staging_id: await staged(dugdale, id, signal) }] : [];
  return await dugdale.dispatch({ id, mission: "logs_runs.sh", lane, input: { log }, files }, { signal });
}

/** Uploads the input file of a mission, under an id that follows from that of the mission; answers that id. */
async function staged(dugdale: Dugdale, id: string, signal: AbortSignal): Promise<string> {
  const stagingId = `${id.slice(0, -12)}${id.slice(-12).split("").toReversed().join("")}`;
  const upload = async (start: number): Promise<Reply> => {
    const range = { "content-range": `bytes ${start}-${INPUT.length - 1}/${INPUT.length}` };
    const headers = { "x-letts-sha256": await sha256(INPUT), ...(start > 0 ? range : {}) };
    const body = INPUT.slice(start);
    return await dugdale.call("PUT", `/v1/staging/${stagingId}`, { as: "dispatch", headers, body, signal });
  };
  let reply = await upload(0);
  // A kill has broken it off before, or another caller sends the same mission at this moment.
  for (; reply.status === 416 || reply.status === 409; await pause(5)) {
    reply = await upload(reply.status === 416 ? Number(Object(reply.body.details).bytes_received) : 0);
  }
  if (reply.status !== 200 && reply.status !== 201) {
    throw new Error(`upload was answered with ${reply.status} ${reply.text}`);
  }
  return stagingId;
}

async function started(place: Place, startMs: number[]): Promise<Daemon> {
  const sinceMs = performance.now();
  const daemon = await place.start();
  startMs.push(performance.now() - sinceMs);
  return daemon;
}

/** Waits until nothing is queued or running. */
async function idle(dugdale: Dugdale): Promise<void> {
  for (;;) {
    const { queued, running } = Object((await dugdale.get("/v1/dugdale")).body.queue_summary);
    if (queued === 0 && running === 0) return;
    await pause(50);
  }
}

/** The record of each id; undefined where there is none. */
async function readAll(dugdale: Dugdale, ids: readonly string[]): Promise<Map<string, Fields | undefined>> {
  const records = new Map<string, Fields | undefined>();
  await inGroups(ids, async (id) => {
    const { status, body } = await dugdale.get(`/v1/missions/${id}`);
    records.set(id, status === 200 ? body : undefined);
  });
  return records;
}

/** How often each mission wrote that it starts and that it ends. */
function runsOf(text: string): Map<string, { start: number; end: number }> {
  const runs = new Map<string, { start: number; end: number }>();
  for (const line of text.split("\n")) {
    const [what, id = ""] = line.split(" ");
    if (what !== "start" && what !== "end") continue;
    const run = runs.get(id) ?? { start: 0, end: 0 };
    run[what]++;
    runs.set(id, run);
  }
  return runs;
}

async function problemsOf(
  dugdale: Dugdale,
  id: string,
  record: Fields | undefined,
  run: { start: number; end: number } = { start: 0, end: 0 },
): Promise<string[]> {
  if (record === undefined) return run.start > 0 ? [`${id} ran and is gone`] : [];
  const { status, outcome } = record;
  const problems: string[] = [];
  const ends = kindOf(id) === "killed" ? ["success", "lost", "killed"] : ["success", "lost"];
  if (status !== "done" || !ends.includes(String(outcome))) {
    problems.push(`${id} is ${status} with outcome ${outcome}`);
  }
  if (run.start > 1 || run.end > 1) problems.push(`${id} ran twice: ${run.start} starts, ${run.end} ends`);
  if (outcome === "success" && (run.start !== 1 || run.end !== 1)) {
    problems.push(`${id} is a success with ${run.start} starts and ${run.end} ends`);
  }
  const names = (await dugdale.events(id)).map(({ event }) => event);
  const expected = names.length === 2 ? ["queued", "done"] : ["queued", "running", "done"];
  if (names.join() !== expected.join()) problems.push(`${id} has the events ${names.join()}`);
  if (outcome === "success" && names.length !== 3) problems.push(`${id} is a success that never ran`);
  if (outcome === "success" && kindOf(id) === "files") {
    const { staging_id } = Object(Object(record.outputs).copy);
    const { text } = await dugdale.get(`/v1/staging/${staging_id}`);
    if (text !== INPUT) problems.push(`${id} is a success whose output file is ${JSON.stringify(text)}`);
  }
  return problems;
}

/** Does something for each id, some of them at once. */
async function inGroups(ids: readonly string[], act: (id: string) => Promise<void>): Promise<void> {
  const SIZE = 100;
  for (let at = 0; at < ids.length; at += SIZE) await Promise.all(ids.slice(at, at + SIZE).map(act));
}
