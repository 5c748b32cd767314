// deno-lint-ignore-file no-console -- a program that another one reads
/**
 * BullMQ as a system that is compared: `node bullmq.mjs WORKLOAD PORT COUNT CLIENTS`, with the workloads and the line of
 * JSON of load.go. Needs `bullmq` and `ioredis` in a `node_modules` above.
 */
import { spawn } from "node:child_process";
import process from "node:process";

/** The benchmark installs it; by this way no type check looks for it. */
const library = "bullmq";
const { Queue, QueueEvents, Worker } = await import(library);

const WARM_UP = 300, BATCH = 100;
const [workload, port, countText, clientsText] = process.argv.slice(2);
const count = Number(countText), clients = Number(clientsText);
const connection = { host: "127.0.0.1", port: Number(port), maxRetriesPerRequest: null };
const data = { customer: 4711, note: "x".repeat(100) };

const open = () => new Queue("jobs", { connection });
const one = (queue) => queue.add("true", data);
const batch = (queue) => queue.addBulk(Array.from({ length: BATCH }, () => ({ name: "true", data })));

function runJob() {
  return new Promise((resolve, reject) => {
    spawn("/bin/true", { stdio: "ignore", detached: true }).on("exit", resolve).on("error", reject);
  });
}

/** Does the work so many times from all queues together; the time of each in microseconds. */
async function share(queues, calls, work) {
  const times = [];
  let next = 0;
  await Promise.all(queues.map(async (queue) => {
    while (next++ < calls) {
      const start = performance.now();
      await work(queue);
      times.push((performance.now() - start) * 1000);
    }
  }));
  return times;
}

async function repeat(queues, jobs, work) {
  await share(queues, Math.min(WARM_UP, count / jobs), work);
  const start = performance.now();
  const times = await share(queues, count / jobs, work);
  return figures((performance.now() - start) / 1000, times, jobs);
}

async function burst() {
  let left = count, finished;
  const ended = new Promise((resolve) => finished = resolve);
  const worker = new Worker("jobs", runJob, { connection, concurrency: 4 });
  worker.on("completed", () => {
    if (--left === 0) finished();
  });
  await worker.waitUntilReady();
  const start = performance.now();
  const times = await share(Array.from({ length: 4 }, open), count, one);
  await ended;
  return figures((performance.now() - start) / 1000, times, 1);
}

async function wait() {
  const worker = new Worker("jobs", runJob, { connection });
  const events = new QueueEvents("jobs", { connection });
  await Promise.all([worker.waitUntilReady(), events.waitUntilReady()]);
  return await repeat([open()], 1, async (queue) => await (await one(queue)).waitUntilFinished(events));
}

function figures(seconds, times, jobs) {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))];
  return { perSecond: times.length * jobs / seconds, seconds, p50: at(0.5), p99: at(0.99) };
}

const queues = () => Array.from({ length: clients }, open);
const workloads = {
  submit: () => repeat(queues(), 1, one),
  batch: () => repeat(queues(), BATCH, batch),
  burst,
  wait,
};
console.log(JSON.stringify(await workloads[workload]()));
process.exit(0);
