// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * A dugdale beside other job queues that make their jobs durable, and beside what the machine can do at all. Every
 * system does the same work, for the same client, in turns; the table has medians, and their ratio to the dugdale.
 *
 * `deno task bench:peers [--rounds 5] [--only REGEX]`
 *
 * A system whose program is missing is named and left out. Debian has them as `golang`, `redis-server`, `beanstalkd`,
 * `gearman-job-server`, `npm`.
 */
import { parseArgs } from "node:util";
import { median, residentMb, startDugdale } from "./harness.ts";

const { values: { rounds: roundsText, only } } = parseArgs({
  args: Deno.args,
  options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
});
const ROUNDS = Number(roundsText);
if (!Number.isInteger(ROUNDS) || ROUNDS < 1) {
  console.error(`--rounds ${roundsText} must be a whole number from 1`);
  Deno.exit(2);
}
const PEERS = new URL("./peers/", import.meta.url).pathname;
/** Nothing is removed before the end: a file system that has just freed inodes creates files more slowly. */
const root = await Deno.makeTempDir({ prefix: "letts-peers-" });
const decoder = new TextDecoder();

/** What a client of load.go or bullmq.mjs prints. */
interface Figures {
  readonly perSecond: number;
  readonly seconds: number;
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** A server that is measured. */
interface Server extends AsyncDisposable {
  readonly address: string;
  readonly pid: number;
}

/** What is compared. */
interface System {
  readonly name: string;
  /** Programs that it needs. */
  readonly needs: readonly string[];
  /** Absent for the limits of the machine. */
  readonly start?: (folder: string) => Promise<Server>;
  /** The client, with the words before the workload. */
  readonly client: (address: string, workload: Workload) => readonly string[];
}

/** One row of a table for each system. */
interface Workload {
  readonly name: "submit" | "batch" | "burst" | "wait";
  readonly title: string;
  readonly count: number;
  readonly clients: number;
  readonly systems: readonly string[];
  /** The figure that is compared, and how it is written. */
  readonly figure: (figures: Figures) => number;
  readonly unit: string;
  readonly digits: number;
}

const load = (name: string) => (address: string, { name: workload, count, clients }: Workload) => [
  `${root}/load`,
  name,
  workload,
  address,
  String(count),
  String(clients),
];
const SYSTEMS: readonly System[] = [
  { name: "limit", needs: ["go"], client: (_, workload) => load("limit")(root, workload) },
  { name: "letts", needs: ["go"], start: startLetts, client: load("letts") },
  {
    name: "Redis, appendfsync always",
    needs: ["go", "redis-server"],
    start: startRedis,
    client: load("redis"),
  },
  {
    name: "beanstalkd -f0",
    needs: ["go", "beanstalkd"],
    start: (folder) =>
      startServer(folder, (port) => ["beanstalkd", "-l", "127.0.0.1", "-p", port, "-b", ".", "-f0"]),
    client: load("beanstalkd"),
  },
  {
    name: "gearmand (in memory)",
    needs: ["go", "gearmand"],
    start: (folder) =>
      startServer(folder, (port) => ["gearmand", "-L", "127.0.0.1", "-p", port, "-l", "stderr"]),
    client: load("gearmand"),
  },
  {
    name: "BullMQ on Redis, always",
    needs: ["node", "npm", "redis-server"],
    start: startRedis,
    client: (address, { name, count, clients }) => [
      "node",
      `${root}/bullmq/bullmq.mjs`,
      name,
      address.slice(address.indexOf(":") + 1),
      String(count),
      String(clients),
    ],
  },
];
const QUEUES = ["limit", "letts", "Redis, appendfsync always", "beanstalkd -f0", "BullMQ on Redis, always"];
const submit = {
  name: "submit",
  figure: ({ perSecond }: Figures) => perSecond,
  unit: "/s",
  digits: 0,
} as const;
const WORKLOADS: readonly Workload[] = [
  { ...submit, title: "W1: durable jobs, 1 client", count: 3000, clients: 1, systems: QUEUES },
  { ...submit, title: "W1: durable jobs, 16 clients", count: 20_000, clients: 16, systems: QUEUES },
  { ...submit, title: "W1: durable jobs, 64 clients", count: 30_000, clients: 64, systems: QUEUES },
  {
    ...submit,
    name: "batch",
    title: "W1: durable jobs, 100 a call",
    count: 60_000,
    clients: 4,
    systems: ["letts", "Redis, appendfsync always", "BullMQ on Redis, always"],
  },
  {
    name: "burst",
    title: "W2: 1,000 times /bin/true, 4 at once",
    count: 1000,
    clients: 4,
    systems: [...QUEUES, "gearmand (in memory)"],
    figure: ({ seconds }) => seconds,
    unit: "s",
    digits: 2,
  },
  {
    name: "wait",
    title: "W3: one job after the other, each with its end (median)",
    count: 400,
    clients: 1,
    systems: [...QUEUES.slice(1), "gearmand (in memory)"],
    figure: ({ p50 }) => p50 / 1000,
    unit: "ms",
    digits: 2,
  },
];

const missing = new Set(SYSTEMS.flatMap(({ needs }) => needs).filter((program) => !isInstalled(program)));
for (const program of missing) console.log(`${program} is not installed: systems that need it are left out`);
const systems = SYSTEMS.filter(({ needs }) => needs.every((program) => !missing.has(program)));
try {
  if (!missing.has("go")) run(["go", "build", "-o", `${root}/load`, `${PEERS}load.go`], root);
  if (systems.some(({ needs }) => needs.includes("npm"))) installBullMq();
  const idle = new Map<string, number[]>();
  for (const workload of WORKLOADS.filter(({ title }) => new RegExp(only).test(title))) {
    const readings = new Map<string, number[]>(
      workload.systems.filter((name) => systems.some((system) => system.name === name)).map((
        name,
      ) => [name, []]),
    );
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, values] of readings) {
        const { figures, idleMb } = await measure(systems.find((system) => system.name === name)!, workload);
        values.push(workload.figure(figures));
        if (idleMb !== undefined) idle.set(name, [...idle.get(name) ?? [], idleMb]);
      }
    }
    print(workload.title, readings, workload);
  }
  print("resident when idle, before the first job", idle, { unit: "MB", digits: 0 });
} finally {
  await Deno.remove(root, { recursive: true });
}

/** One system does one workload, with a server of its own. */
async function measure(
  system: System,
  workload: Workload,
): Promise<{ figures: Figures; idleMb: number | undefined }> {
  const folder = await Deno.makeTempDir({ dir: root });
  await using server = await system.start?.(folder);
  const idleMb = server && residentMb(server.pid);
  const words = system.client(server?.address ?? "", workload);
  return { figures: JSON.parse(run(words, folder)), idleMb };
}

async function startLetts(): Promise<Server> {
  const dugdale = await startDugdale(4);
  return {
    address: `127.0.0.1:${dugdale.port}`,
    pid: dugdale.pid,
    [Symbol.asyncDispose]: () => dugdale[Symbol.asyncDispose](),
  };
}

function startRedis(folder: string): Promise<Server> {
  return startServer(
    folder,
    (port) =>
      ["redis-server", "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "yes"].concat([
        "--appendfsync",
        "always",
      ]),
  );
}

/** Starts a server on a free port and waits until it accepts connections. */
async function startServer(folder: string, words: (port: string) => readonly string[]): Promise<Server> {
  const port = freePort();
  const [program = "", ...args] = words(String(port));
  const process = new Deno.Command(program, {
    args,
    cwd: folder,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  })
    .spawn();
  for (let tries = 0; tries < 200; tries++) {
    try {
      using _reached = await Deno.connect({ hostname: "127.0.0.1", port });
      return {
        address: `127.0.0.1:${port}`,
        pid: process.pid,
        [Symbol.asyncDispose]: async () => {
          process.kill("SIGTERM");
          await process.status;
        },
      };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50)); // not yet
    }
  }
  throw new Error(`${program} did not start within 10 s`);
}

function installBullMq(): void {
  Deno.mkdirSync(`${root}/bullmq`);
  Deno.copyFileSync(`${PEERS}bullmq.mjs`, `${root}/bullmq/bullmq.mjs`);
  run(
    ["npm", "install", "--no-audit", "--no-fund", "--prefix", ".", "bullmq@6", "ioredis@6"],
    `${root}/bullmq`,
  );
}

/** What a program prints. @throws {Error} With what it printed on stderr when it fails. */
function run([program = "", ...args]: readonly string[], cwd: string): string {
  const { success, stdout, stderr } = new Deno.Command(program, { args, cwd }).outputSync();
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

function isInstalled(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).outputSync()
    .success;
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

/** A table in Markdown: median, least and greatest, and the ratio to the dugdale. */
function print(
  title: string,
  readings: ReadonlyMap<string, readonly number[]>,
  { unit, digits }: Pick<Workload, "unit" | "digits">,
): void {
  const text = (value: number) => value.toLocaleString("en", { maximumFractionDigits: digits });
  const ours = median(readings.get("letts") ?? []);
  console.log(`\n| ${title} | median, ${unit} | least to greatest | to letts |\n|---|---|---|---|`);
  for (const [name, values] of readings) {
    const [least, greatest] = [Math.min(...values), Math.max(...values)];
    const ratio = (median(values) / ours).toFixed(2);
    console.log(`| ${name} | ${text(median(values))} | ${text(least)} to ${text(greatest)} | ${ratio} |`);
  }
}
