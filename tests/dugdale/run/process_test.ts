import { assertEquals } from "@std/assert";
import { type Clock, systemClock } from "../../../dugdale/host/clock.ts";
import type { Output } from "../../../dugdale/host/output.ts";
import { openSpawner } from "../../../dugdale/host/spawner.ts";
import type { Child, ExitStatus } from "../../../dugdale/host/spawn.ts";
import { KillSwitch } from "../../../dugdale/run/kill.ts";
import { HandClock } from "../hand_clock.ts";
import { runProcess } from "../../../dugdale/run/process.ts";

const request = {
  argv: ["true"],
  env: { PATH: "/usr/bin:/bin" },
  cwd: "/",
  stdin: "/dev/null",
  control: true,
};

/** Runs a process; returns in which order things were reported. */
async function told(child: Child): Promise<string[]> {
  const order: string[] = [];
  const say = (name: string) => (chunk: Uint8Array): void => {
    order.push(...new TextDecoder().decode(chunk).trim().split("\n").map((line) => `${name} ${line}`));
  };
  using kill = new KillSwitch(systemClock, 0);
  const exit = await runProcess(child, {
    output: { stdout: say("stdout"), stderr: say("stderr"), control: say("control") },
    kill,
    timeoutMs: null,
    postExitGraceMs: 10_000,
    clock: systemClock,
    onStarted: () => order.push("started"),
    onOutlived: () => order.push("outlived"),
  });
  return [...order, `exit ${exit?.code}`];
}

/** An output that says something at each look at it, and ends with the last; what is left comes when it is read. */
class Said implements Output {
  ended = false;
  readonly #looks: string[];

  constructor(...looks: string[]) {
    this.#looks = looks;
  }

  take(sink: (chunk: Uint8Array) => void): void {
    const said = this.#looks.shift();
    if (said) sink(new TextEncoder().encode(said));
    this.ended = this.#looks.length === 0;
  }

  async read(sink: (chunk: Uint8Array) => void): Promise<void> {
    await Promise.resolve();
    while (!this.ended) this.take(sink);
  }

  close(): void {
    this.ended = true;
  }

  finish(): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}

/** A process that has ended by the time it is known, and what it has said on its three pipes. */
function over(stdout: Output, stderr: Output, control: Output): Child {
  const status: ExitStatus = { code: 0, signal: null };
  return {
    pid: 4711,
    stdout,
    stderr,
    control,
    ended: true,
    exited: Promise.resolve(status),
    groupAlive: () => false,
    remaining: () => [],
    signal: () => false,
  };
}

Deno.test("runProcess() reports no outliving of a process that has ended with all its output", async () => {
  const order = ["started", "stdout a", "stderr b", "control c", "exit 0"];
  assertEquals(await told(over(new Said("a"), new Said("b"), new Said("c"))), order);
});

Deno.test("runProcess() polls an ended process again while its pipes are still open", async () => {
  const outputs = [new Said("a", "b"), new Said("c"), new Said("d", "e")] as const;
  const order = ["started", "stdout a", "stderr c", "control d", "stdout b", "control e", "exit 0"];
  assertEquals(await told(over(...outputs)), order);
});

Deno.test("runProcess() reports that the pipes of a process outlive the polls of its start", async () => {
  const order = await told(over(new Said("a", "b", "c", "d", "e"), new Said("x"), new Said("y")));
  assertEquals(order.includes("outlived"), true);
  assertEquals(order.filter((entry) => entry.startsWith("stdout")).length, 5, "and reads them to their end");
});

Deno.test("runProcess() reports that a process outlives the polls of its start, and keeps the order of its output", async () => {
  using spawner = openSpawner(systemClock);
  const script = "echo a; sleep 0.05; echo b >&2; sleep 0.05; echo c; sleep 0.05; echo d >&3";
  const order = await told(await spawner.spawn({ ...request, argv: ["sh", "-c", script] }));
  const printed = order.filter((entry) => !["started", "outlived"].includes(entry));
  assertEquals(printed, ["stdout a", "stderr b", "stdout c", "control d", "exit 0"]);
  assertEquals([order[0], order.filter((entry) => entry === "outlived").length], ["started", 1]);
});

/** An output that another process holds open. */
class Held implements Output {
  #closed = Promise.withResolvers<void>();
  ended = false;

  take(): void {}

  read(): Promise<void> {
    return this.#closed.promise;
  }

  close(): void {
    this.ended = true;
    this.#closed.resolve();
  }

  finish(): Promise<void> {
    this.close();
    return Promise.resolve();
  }
}

/** Runs a process that is over, while something that no signal reaches holds its three pipes. */
function heldRun(clock: Clock, kill: KillSwitch, postExitGraceMs: number): Promise<unknown> {
  const child = over(new Held(), new Held(), new Held());
  const output = { stdout() {}, stderr() {}, control() {} };
  return runProcess(child, { output, kill, timeoutMs: null, postExitGraceMs, clock });
}

Deno.test("runProcess() waits one grace for all pipes that are held open", async () => {
  const clock = new HandClock({ fromMs: 10 });
  using kill = new KillSwitch(clock, 5000);
  const run = heldRun(clock, kill, 3000);
  await clock.timer(3000);
  clock.advance(3000);
  await run;
});

Deno.test("runProcess() does not wait for pipes that are held open once what is to be killed is gone", async () => {
  const clock = new HandClock({ fromMs: 10 });
  using kill = new KillSwitch(clock, 5000);
  const run = heldRun(clock, kill, 60_000);
  await clock.timer(60_000);
  kill.kill("killed_by_api");
  await clock.timer(100);
  clock.advance(100);
  await run;
});

Deno.test("runProcess() without a grace for pipes ends them after a kill, too", async () => {
  const clock = new HandClock({ fromMs: 10 });
  using kill = new KillSwitch(clock, 5000);
  const run = heldRun(clock, kill, 0);
  kill.kill("timeout");
  await clock.timer(100);
  clock.advance(100);
  await run;
});

Deno.test("runProcess() reads what a process has written although the grace has passed while the event loop was busy", async () => {
  using spawner = openSpawner(systemClock);
  const child = await spawner.spawn({
    ...request,
    argv: ["sh", "-c", "(sleep 0.1; echo out; echo control >&3) &"],
  });
  const busy = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  const read = { stdout: "", control: "" };
  const add = (name: keyof typeof read) => (chunk: Uint8Array): void => {
    read[name] += new TextDecoder().decode(chunk);
  };
  void child.exited.then(() => setTimeout(() => busy(300), 20));
  using kill = new KillSwitch(systemClock, 0);
  await runProcess(child, {
    output: { stdout: add("stdout"), stderr: () => {}, control: add("control") },
    kill,
    timeoutMs: null,
    postExitGraceMs: 200,
    clock: systemClock,
  });
  assertEquals(read, { stdout: "out\n", control: "control\n" });
});

/** Pipes that are held open, with news that the event loop has had no time to read. */
class Unread extends Held {
  readonly #news: string;
  #sink: (chunk: Uint8Array) => void = () => {};

  constructor(news: string) {
    super();
    this.#news = news;
  }

  override read(sink?: (chunk: Uint8Array) => void): Promise<void> {
    this.#sink = sink ?? this.#sink;
    return super.read();
  }

  override finish(): Promise<void> {
    this.#sink(new TextEncoder().encode(this.#news));
    return super.finish();
  }
}

for (const graceMs of [3000, 0]) {
  Deno.test(`runProcess() reads what was written within a grace of ${graceMs} ms before it closes a pipe`, async () => {
    const clock = new HandClock({ fromMs: 10 });
    const printed = (news: string): Output => graceMs > 0 ? new Unread(news) : new Said();
    using kill = new KillSwitch(clock, 5000);
    const said: string[] = [];
    const add = (chunk: Uint8Array): void => void said.push(new TextDecoder().decode(chunk));
    const run = runProcess(over(printed("a"), printed("b"), new Unread("c")), {
      output: { stdout: add, stderr: add, control: add },
      kill,
      timeoutMs: null,
      postExitGraceMs: graceMs,
      clock,
    });
    if (graceMs > 0) {
      await clock.timer(graceMs);
      clock.advance(graceMs);
    }
    await run;
    assertEquals(said, graceMs > 0 ? ["a", "b", "c"] : ["c"]);
  });
}
