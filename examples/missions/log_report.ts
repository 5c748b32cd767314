#!/usr/bin/env -S deno run --no-prompt --allow-env=LETTS_* --allow-read --allow-write=.,/dev/fd/3
/**
 * Turns the access log of a web server into a report: one HTML page with a chart of requests per hour, the most
 * requested paths, the largest responses and the busiest clients, and a summary as the mission's result.
 *
 * Input file `log`: common or combined format. Input `{"top": 10}`: rows in each table, 1 to 100. Output file `report`.
 * By hand: `examples/missions/log_report.ts --input='{"log": "examples/data/access.log"}'`.
 *
 * @module
 */
import { mission, type MissionContext, MissionFailure } from "../../mission/mod.ts";
import { parseAccessLine } from "./log_report/access_line.ts";
import { drawPage } from "./log_report/page.ts";
import { Tally, topOf } from "./log_report/tally.ts";

/** The result of the mission. */
interface Summary {
  readonly lines: number;
  readonly malformed: number;
  /** Times of the first and the last request. */
  readonly from: string;
  readonly to: string;
  /** Requests by status code. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly top_paths: readonly { readonly path: string; readonly requests: number; readonly bytes: number }[];
  readonly top_clients: readonly {
    readonly client: string;
    readonly requests: number;
    readonly bytes: number;
  }[];
  readonly bytes: number;
}

// A file without line ends is not a log, and must not be read into memory to find that out.
const LINE_MAX = 64 * 1024;
/** Share of reading in the whole work; the rest is rendering the page. */
const READING = 0.95;

await mission(async (m): Promise<Summary> => {
  const top = m.int("top", 10);
  if (top < 1 || top > 100) {
    throw new MissionFailure(`top must be 1 to 100, not ${top}`, {
      reason: "invalid_input",
      details: { top },
    });
  }
  const tally = await readLog(m);
  if (tally.lines === tally.malformed) {
    throw new MissionFailure("no line of this file is from an access log", {
      reason: "not_an_access_log",
      details: { lines: tally.lines },
    });
  }
  m.progress(READING, "drawing the report");
  await Deno.writeTextFile(m.output("report"), drawPage(tally, top));
  m.progress(1, `${tally.lines} lines, done`);
  m.log.info("report written", {
    lines: tally.lines,
    malformed: tally.malformed,
    ms: Math.round(m.elapsedMs),
  });
  return summaryOf(tally, top);
});

async function readLog(m: MissionContext): Promise<Tally> {
  const tally = new Tally();
  const log = m.file("log");
  const decoder = new TextDecoder();
  let read = 0;
  let rest = "";
  for await (const chunk of log.open()) {
    m.signal.throwIfAborted();
    read += chunk.length;
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, LINE_MAX);
    for (const line of lines) if (line !== "") tally.add(parseAccessLine(line));
    m.progress(READING * Math.min(1, read / log.size), `${tally.lines} lines`);
  }
  if (rest !== "") tally.add(parseAccessLine(rest));
  return tally;
}

function summaryOf(tally: Tally, top: number): Summary {
  return {
    lines: tally.lines,
    malformed: tally.malformed,
    from: new Date(tally.fromMs).toISOString(),
    to: new Date(tally.toMs).toISOString(),
    statuses: Object.fromEntries([...tally.statuses].sort(([a], [b]) => a - b)),
    top_paths: topOf(tally.paths, "requests", top).map(({ name, requests, bytes }) => ({
      path: name,
      requests,
      bytes,
    })),
    top_clients: topOf(tally.clients, "requests", top)
      .map(({ name, requests, bytes }) => ({ client: name, requests, bytes })),
    bytes: tally.bytes,
  };
}
