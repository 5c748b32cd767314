// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * What every measurement needs: a dugdale in a process of its own, a client that costs next to nothing, and the
 * disk's and the system's own rates taken in the same run, because only ratios say something on a shared machine.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { Ids } from "../protocol/ids.ts";

const TOKEN = "bench";
const DAEMON = [new URL("../cli/main.ts", import.meta.url).pathname, "dugdale"];

/** A dugdale that is measured. */
export interface BenchDugdale extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  readonly folder: string;
}

/** What a measured dugdale is to do. */
export interface BenchOptions {
  /** A data directory to use again; by default a fresh one that is removed at the end. */
  readonly folder?: string;
  /** What each mission runs, whatever its name. Default `/bin/true`. */
  readonly command?: readonly string[];
  /** More lines of its dugdale.yaml. Default none. */
  readonly yaml?: string;
  /** A module that runs in its process first. Default none. */
  readonly preload?: string;
  /** What Deno runs, with the words before the flags. Default: the daemon of the sources. */
  readonly program?: readonly string[];
}

/** Starts a dugdale with the lane `bench`, and `parked`, which starts nothing. */
export async function startDugdale(concurrency: number, options: BenchOptions = {}): Promise<BenchDugdale> {
  const { folder, command = ["/bin/true"], preload, program = DAEMON } = options;
  const root = folder ?? await Deno.makeTempDir({ prefix: "letts-bench-" });
  const file = `${root}/dugdale.yaml`;
  const port = freePort();
  const yaml =
    `listen: 127.0.0.1:${port}\ndata_dir: ${root}/data\nadmin: { tokens: [${TOKEN}] }\nlog: { level: warn }\n${
      options.yaml ?? ""
    }`;
  await Deno.writeTextFile(file, yaml, { mode: 0o600 });
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...preload === undefined ? [] : ["--preload", preload], ...program, "--config", file],
    stderr: "null",
  }).spawn();
  await untilHealthy(port);
  using client = await connect(port);
  const lanes = { bench: { concurrency }, parked: { concurrency: 0 } };
  const body = { lanes, runtime: { command_template: command } };
  await client.request("POST", "/v1/admin/apply?force=true", JSON.stringify(body));
  return {
    port,
    pid: process.pid,
    folder: root,
    [Symbol.asyncDispose]: async () => {
      // The first signal drains, a later one ends what runs; two at once would count as one.
      const repeat = setInterval(() => {
        try {
          process.kill("SIGTERM");
        } catch (error) {
          // It has ended, but its status has not arrived yet.
          if (!(error instanceof TypeError)) throw error;
        }
      }, 100);
      await process.status.finally(() => clearInterval(repeat));
      if (folder === undefined) await Deno.remove(root, { recursive: true });
    },
  };
}

/** One kept-alive connection that sends one request at a time. */
export interface BenchClient extends Disposable {
  /** Sends a request and resolves with status and body. */
  request(
    method: string,
    path: string,
    body?: string,
    headers?: string,
  ): Promise<{ status: number; text: string }>;
}

/** Connects. Answers with a length and answers in chunks are understood; nothing else occurs. */
export async function connect(port: number): Promise<BenchClient> {
  const connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  connection.setNoDelay(true);
  const encoder = new TextEncoder(), decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  async function request(
    method: string,
    path: string,
    body = "",
    headers = "",
  ): Promise<{ status: number; text: string }> {
    const head = `${method} ${path} HTTP/1.1\r\nhost: b\r\nauthorization: Bearer ${TOKEN}\r\n${headers}`;
    const bytes = encoder.encode(`${head}content-length: ${encoder.encode(body).length}\r\n\r\n${body}`);
    for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
    let text = "";
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) throw new Error(`connection closed after ${JSON.stringify(text)}`);
      text += decoder.decode(buffer.subarray(0, count));
      const end = text.indexOf("\r\n\r\n");
      if (end === -1) continue;
      const length = /content-length: (\d+)/i.exec(text)?.[1];
      const complete = length === undefined
        ? text.endsWith("0\r\n\r\n")
        : text.length - end - 4 >= Number(length);
      if (complete) return { status: Number(text.slice(9, 12)), text: text.slice(end + 4) };
    }
  }
  return { request, [Symbol.dispose]: () => connection.close() };
}

const ids = new Ids();

/** Dispatches a mission under a new id, which it returns. */
export async function dispatch(client: BenchClient, lane = "bench"): Promise<string> {
  const id = ids.mission();
  const body =
    `{"mission":"true","lane":"${lane}","input":{"customer":4711,"file":"invoice.pdf","copies":2}}`;
  const { status, text } = await client.request("POST", "/v1/dispatch", body, `idempotency-key: ${id}\r\n`);
  if (status !== 202) throw new Error(`dispatch answered ${status}: ${text}`);
  return id;
}

/** Sends so many missions in one request. */
export async function dispatchBatch(client: BenchClient, count: number, lane = "bench"): Promise<void> {
  const missions = Array.from({ length: count }, () => ({
    mission_id: ids.mission(),
    mission: "true",
    lane,
    input: { customer: 4711, file: "invoice.pdf", copies: 2 },
  }));
  const { status, text } = await client.request("POST", "/v1/dispatch/batch", JSON.stringify({ missions }));
  if (status !== 200 || text.includes('"ok":false')) throw new Error(`batch answered ${status}: ${text}`);
}

/** Copies a mission that has really run so often, with all that its row says. Not while a dugdale uses the database. */
export function multiply(database: string, rows: number): void {
  using db = new DatabaseSync(database);
  const columns = db.prepare(
    "SELECT name FROM pragma_table_info('missions') WHERE name NOT IN ('id', 'mission_id')",
  )
    .all().map(({ name }) => name).join();
  db.exec(`
    WITH RECURSIVE copies (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copies WHERE n < ${rows})
    INSERT INTO missions (mission_id, ${columns})
    SELECT printf('%s-7000-8000-%012x', substr(mission_id, 1, 13), n), ${columns}
    FROM copies, (SELECT * FROM missions WHERE status = 'done' LIMIT 1);
    PRAGMA wal_checkpoint(TRUNCATE)`);
}

/** Appends of 4 KiB, each followed by fdatasync: rate per second and median in milliseconds. */
export function diskRate(folder: string, seconds = 2): { perSecond: number; medianMs: number } {
  const path = `${folder}/disk-rate`;
  using file = Deno.openSync(path, { create: true, append: true });
  const block = new Uint8Array(4096).fill(120);
  const times: number[] = [];
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const before = performance.now();
    file.writeSync(block);
    file.syncDataSync();
    times.push(performance.now() - before);
  }
  const perSecond = times.length / (performance.now() - start) * 1000;
  Deno.removeSync(path);
  return { perSecond, medianMs: median(times) };
}

/** Runs the work from so many clients at once for some seconds; answers how often a second it was done. */
export async function rate(
  clients: BenchClient[],
  work: (client: BenchClient) => Promise<unknown>,
  seconds = 4,
): Promise<number> {
  const start = performance.now();
  let count = 0;
  await Promise.all(clients.map(async (client) => {
    while (performance.now() - start < seconds * 1000) {
      await work(client);
      count++;
    }
  }));
  return count / (performance.now() - start) * 1000;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

/** Prints one line of results. */
export function report(name: string, value: string, ratio: number, wanted: string): void {
  console.log(
    `${name.padEnd(44)} ${value.padStart(26)}   ratio ${ratio.toFixed(2).padStart(5)}   (${wanted})`,
  );
}

/** Resident memory of a process in MB. */
export function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) / 1024;
}

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

async function untilHealthy(port: number): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    try {
      using client = await connect(port);
      if ((await client.request("GET", "/v1/healthz")).status === 200) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("the dugdale did not start within 10 s");
}
