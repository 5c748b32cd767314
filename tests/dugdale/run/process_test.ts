import { assertEquals } from "@std/assert";
import { systemClock } from "../../../dugdale/host/clock.ts";
import type { Output } from "../../../dugdale/host/output.ts";
import { openSpawner } from "../../../dugdale/host/spawner.ts";
import type { Child, ExitStatus, Spawner } from "../../../dugdale/host/spawn.ts";
import { KillSwitch } from "../../../dugdale/run/kill.ts";
import { runProcess } from "../../../dugdale/run/process.ts";

const request = {
  argv: ["true"],
  env: { PATH: "/usr/bin:/bin" },
  cwd: "/",
  stdin: "/dev/null",
  control: true,
};

/** Runs what a spawner starts; answers in which order things were told. */
async function told(spawner: Spawner, argv: string[] = []): Promise<string[]> {
  const order: string[] = [];
  const say = (name: string) => (chunk: Uint8Array): void => {
    order.push(...new TextDecoder().decode(chunk).trim().split("\n").map((line) => `${name} ${line}`));
  };
  using kill = new KillSwitch(0);
  const exit = await runProcess(spawner, {
    request: { ...request, argv },
    sinks: { stdout: say("stdout"), stderr: say("stderr"), control: say("control") },
    kill,
    timeoutMs: null,
    postExitGraceMs: 10_000,
    clock: systemClock,
    onStarted: () => order.push("started"),
    onLasting: () => order.push("lasting"),
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
}

/** A process that has ended by the time it is known, and what it has said on its three pipes. */
function over(stdout: Output, stderr: Output, control: Output): Spawner {
  const status: ExitStatus = { code: 0, signal: null };
  const child: Child = {
    pid: 4711,
    stdout,
    stderr,
    control,
    ended: true,
    exited: Promise.resolve(status),
    groupAlive: () => false,
    signal: () => false,
  };
  return { spawn: () => Promise.resolve(child), processStart: () => 0, [Symbol.dispose]() {} };
}

Deno.test("runProcess() does not call a process lasting that has ended with all that it says", async () => {
  const order = ["started", "stdout a", "stderr b", "control c", "exit 0"];
  assertEquals(await told(over(new Said("a"), new Said("b"), new Said("c"))), order);
});

Deno.test("runProcess() looks again at a process that has ended while somebody still holds its pipes", async () => {
  const outputs = [new Said("a", "b"), new Said("c"), new Said("d", "e")] as const;
  const order = ["started", "stdout a", "stderr c", "control d", "stdout b", "control e", "exit 0"];
  assertEquals(await told(over(...outputs)), order);
});

Deno.test("runProcess() calls a process lasting whose pipes outlive its first moments", async () => {
  const order = await told(over(new Said("a", "b", "c", "d", "e"), new Said("x"), new Said("y")));
  assertEquals(order.includes("lasting"), true);
  assertEquals(order.filter((entry) => entry.startsWith("stdout")).length, 5, "and reads them to their end");
});

Deno.test("runProcess() calls a process lasting that goes on, and keeps the order of what it prints", async () => {
  using spawner = openSpawner();
  const order = await told(spawner, [
    "sh",
    "-c",
    "echo a; sleep 0.05; echo b >&2; sleep 0.05; echo c; sleep 0.05; echo d >&3",
  ]);
  const printed = order.filter((entry) => !["started", "lasting"].includes(entry));
  assertEquals(printed, ["stdout a", "stderr b", "stdout c", "control d", "exit 0"]);
  assertEquals([order[0], order.filter((entry) => entry === "lasting").length], ["started", 1]);
});
