// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * What a dugdale's work costs when there is a lot: a million finished missions in the database, 500 MB of other data in
 * the process, and 20,000 missions that retention has just removed. The first two against a dugdale that has nothing,
 * turn and turn about; the last against its own past. Takes about ten minutes.
 */
import { DatabaseSync } from "node:sqlite";
import { type BenchDugdale, connect, median, report, residentMb, startDugdale } from "./harness.ts";
import { dispatches, type Measured, missions, throughDugdale, waits } from "./measures.ts";

const FINISHED = 1_000_000, REMOVED = 20_000, ROUNDS = 3;

/** The four, and whether more is better. */
const FOUR:
  readonly (readonly [name: string, (dugdale: BenchDugdale) => Promise<Measured>, more: boolean])[] = [
    ["dispatches/s, 1 client", (dugdale) => dispatches(dugdale, 1, 2), true],
    ["dispatches/s, 16 clients", (dugdale) => dispatches(dugdale, 16, 2), true],
    ["missions, lane of 4", (dugdale) => missions(dugdale, 400), false],
    ["submit and wait", (dugdale) => waits(dugdale, 100), false],
  ];

/** Ratios of each of the four, one a round. */
type Figures = number[][];

async function measure(dugdale: BenchDugdale, figures: Figures): Promise<void> {
  for (const [index, [, work]] of FOUR.entries()) (figures[index] ??= []).push((await work(dugdale)).ratio);
}

function compare(what: string, laden: Figures, bare: Figures, wanted: string): void {
  FOUR.forEach(([name, , more], index) => {
    const [ours, theirs] = [median(laden[index] ?? []), median(bare[index] ?? [])];
    report(
      `${what}: ${name}`,
      `${ours.toFixed(2)} to ${theirs.toFixed(2)}`,
      more ? ours / theirs : theirs / ours,
      wanted,
    );
  });
}

async function besideAnEmptyOne(what: string, laden: BenchDugdale, wanted: string): Promise<void> {
  await using empty = await startDugdale(4);
  for (const dugdale of [empty, laden]) await throughDugdale(dugdale, 200);
  const figures: [Figures, Figures] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    await measure(empty, figures[0]);
    await measure(laden, figures[1]);
  }
  compare(what, figures[1], figures[0], wanted);
}

/** Copies a mission that has really run, with all that its row says. */
function multiply(database: string): void {
  using db = new DatabaseSync(database);
  const columns = db.prepare(
    "SELECT name FROM pragma_table_info('missions') WHERE name NOT IN ('id', 'mission_id')",
  )
    .all().map(({ name }) => name).join();
  db.exec(`
    WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ${FINISHED})
    INSERT INTO missions (mission_id, ${columns})
    SELECT printf('%s-7000-8000-%012x', substr(mission_id, 1, 13), n), ${columns}
    FROM copies, (SELECT * FROM missions WHERE status = 'done' LIMIT 1);
    PRAGMA wal_checkpoint(TRUNCATE)`);
}

async function withHistory(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
  try {
    { // One that is done, to make the others of.
      await using first = await startDugdale(4, { folder });
      await throughDugdale(first, 1);
    }
    multiply(`${folder}/data/state.db`);
    await using laden = await startDugdale(4, { folder });
    await besideAnEmptyOne("1,000,000 finished", laden, "at least 0.8, aim 0.95");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function withBallast(): Promise<void> {
  await using laden = await startDugdale(4, { preload: new URL("ballast.ts", import.meta.url).pathname });
  await besideAnEmptyOne(`${residentMb(laden.pid).toFixed(0)} MB resident`, laden, "at least 0.85, aim 0.95");
}

async function afterRetention(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
  const before: Figures = [], after: Figures = [];
  try {
    {
      await using dugdale = await startDugdale(4, { folder });
      for (let round = 0; round < ROUNDS; round++) await measure(dugdale, before);
    }
    { // Each leaves a file of what it printed.
      await using dugdale = await startDugdale(4, { folder, command: ["/bin/echo", "done"] });
      await throughDugdale(dugdale, REMOVED);
    }
    {
      await using cleaning = await startDugdale(0, {
        folder,
        yaml: "cleanup: { success_ttl: 1s, sweep_interval: 1s }\n",
      });
      await untilRemoved(cleaning);
    }
    await using dugdale = await startDugdale(4, { folder });
    for (let round = 0; round < ROUNDS; round++) await measure(dugdale, after);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  compare("20,000 removed", after, before, "at least 0.8, aim 0.95");
}

async function untilRemoved(dugdale: BenchDugdale): Promise<void> {
  using client = await connect(dugdale.port);
  const sinceMs = performance.now();
  while (!(await client.request("GET", "/v1/missions?status=done&limit=1")).text.includes('"missions":[]')) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(`retention took ${((performance.now() - sinceMs) / 1000).toFixed(0)} s`);
}

const cases: Readonly<Record<string, () => Promise<void>>> = {
  history: withHistory,
  ballast: withBallast,
  retention: afterRetention,
};
for (const name of Deno.args.length > 0 ? Deno.args : Object.keys(cases)) await cases[name]?.();
