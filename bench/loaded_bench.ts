// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * What a dugdale's work costs when there is a lot: a million finished missions in the database, 500 MB of other data in
 * the process, and 20,000 missions that retention has just removed. The first two against a dugdale that has nothing,
 * turn and turn about; the last against its own past. Takes about ten minutes.
 */
import { type BenchDugdale, connect, median, multiply, report, residentMb, startDugdale } from "./harness.ts";
import {
  dispatches,
  dispatchRate,
  type Measured,
  medianWait,
  missions,
  throughDugdale,
  waits,
} from "./measures.ts";

const FINISHED = 1_000_000, REMOVED = 20_000;
/** Short turns for two that are compared directly, longer ones for what the machine's own pace is measured beside. */
const TURNS = 15, ROUNDS = 5;

/** One of the four: how it is measured alone, how against the machine, and whether more is better. */
interface Figure {
  readonly name: string;
  readonly alone: (dugdale: BenchDugdale) => Promise<number>;
  readonly against: (dugdale: BenchDugdale) => Promise<Measured>;
  readonly more: boolean;
}

const FIGURES: readonly Figure[] = [
  ...[1, 16].map((clients): Figure => ({
    name: `dispatches/s, clients: ${clients}`,
    alone: (dugdale) => dispatchRate(dugdale, clients, 0.5),
    against: (dugdale) => dispatches(dugdale, clients, 2),
    more: true,
  })),
  {
    name: "missions, lane of 4",
    alone: (dugdale) => throughDugdale(dugdale, 60),
    against: (dugdale) => missions(dugdale, 400),
    more: false,
  },
  {
    name: "submit and wait",
    alone: (dugdale) => medianWait(dugdale, 20),
    against: (dugdale) => waits(dugdale, 100),
    more: false,
  },
];

/** Turn and turn about: what the machine does to one it does to the other. */
async function besideAnEmptyOne(what: string, loaded: BenchDugdale, wanted: string): Promise<void> {
  await using empty = await startDugdale(4);
  for (const dugdale of [empty, loaded]) await throughDugdale(dugdale, 200);
  for (const figure of FIGURES) {
    const ours: number[] = [], theirs: number[] = [], ratios: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const [first, second] = [await figure.alone(empty), await figure.alone(loaded)];
      theirs.push(first);
      ours.push(second);
      ratios.push(second / first);
    }
    tell(what, figure, [median(ours), median(theirs), median(ratios)], wanted);
  }
}

function tell(
  what: string,
  { name, more }: Figure,
  [ours, theirs, ratio]: readonly [number, number, number],
  wanted: string,
): void {
  const value = `${ours.toFixed(2)} to ${theirs.toFixed(2)}`;
  report(`${what}: ${name}`, value, more ? ratio : 1 / ratio, wanted);
}

async function withHistory(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
  try {
    { // One that is done, to make the others of.
      await using first = await startDugdale(4, { folder });
      await throughDugdale(first, 1);
    }
    multiply(`${folder}/data/state.db`, FINISHED);
    await using loaded = await startDugdale(4, { folder });
    await besideAnEmptyOne("1,000,000 finished", loaded, "at least 0.8, aim 0.95");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function withBallast(): Promise<void> {
  await using loaded = await startDugdale(4, { preload: new URL("ballast.ts", import.meta.url).pathname });
  await besideAnEmptyOne(
    `${residentMb(loaded.pid).toFixed(0)} MB resident`,
    loaded,
    "at least 0.85, aim 0.95",
  );
}

async function afterRetention(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
  try {
    const before = await figures(folder);
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
    const after = await figures(folder);
    FIGURES.forEach((figure, index) => {
      const [ours, theirs] = [after[index] ?? NaN, before[index] ?? NaN];
      tell("20,000 removed", figure, [ours, theirs, ours / theirs], "at least 0.8, aim 0.95");
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The four, each against the machine's own pace, because there are minutes between two of them. */
async function figures(folder: string): Promise<number[]> {
  await using dugdale = await startDugdale(4, { folder });
  const ratios = FIGURES.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { against }] of FIGURES.entries()) ratios[index]?.push((await against(dugdale)).ratio);
  }
  return ratios.map(median);
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
