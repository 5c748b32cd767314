import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../../dugdale/host/clock.ts";
import type { Child } from "../../../dugdale/host/spawn.ts";
import { KillSwitch } from "../../../dugdale/run/kill.ts";

/** A process of another user, such as one started by sudo: the system refuses every signal. */
function foreignChild(): { child: Child; tried: Promise<string[]> } {
  const signals: string[] = [];
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const signal = (name: string): never => {
    signals.push(name);
    if (name === "SIGKILL") resolve(signals);
    throw Object.assign(new Error("kill EPERM"), { code: "EPERM" });
  };
  return { child: { signal } as unknown as Child, tried: promise };
}

Deno.test("KillSwitch goes on to SIGKILL when the system refuses a signal, and reports", async () => {
  const refusals: unknown[] = [];
  using kill = new KillSwitch(systemClock, 5, (error) => refusals.push((error as { code: unknown }).code));
  const { child, tried } = foreignChild();
  kill.attach(child);
  assert(kill.kill("timeout"), "the reason is accepted all the same");
  assertEquals(await tried, ["SIGTERM", "SIGKILL"]);
  assertEquals(refusals, ["EPERM", "EPERM"]);
  assertEquals(kill.reason, "timeout");
});

Deno.test("KillSwitch with a grace of 0 sends both signals at once", async () => {
  using kill = new KillSwitch(systemClock, 0);
  const { child, tried } = foreignChild();
  kill.kill("killed_by_api");
  kill.attach(child);
  assertEquals(await tried, ["SIGTERM", "SIGKILL"]);
});

Deno.test("KillSwitch.signal aborts with the reason, also when it is asked for only after the kill", () => {
  for (const early of [true, false]) {
    using kill = new KillSwitch(systemClock, 0);
    const before = early ? kill.signal : undefined;
    assertEquals(before?.aborted ?? false, false);
    kill.kill("killed_by_api");
    assertEquals(kill.signal.reason, "killed_by_api");
    assertEquals(before ?? kill.signal, kill.signal);
  }
});

/** A run that has left so many processes behind, and the looks that were taken at them. */
function leaving(count: number): { child: Child; looks: boolean[] } {
  const processes = Array.from({ length: count }, (_, index) => ({ pid: 100 + index, command: "left" }));
  const looks: boolean[] = [];
  const child: Partial<Child> = {
    groupAlive: () => false,
    signal: () => true,
    remaining: (everywhere) => {
      looks.push(everywhere);
      return processes;
    },
  };
  return { child: child as Child, looks };
}

Deno.test("KillSwitch tells the first 16 of the processes that a run has left, and how many there are", () => {
  using kill = new KillSwitch(systemClock, 5);
  const { child, looks } = leaving(20);
  kill.attach(child);
  kill.noteLeftovers();
  const { action, count, processes } = kill.leftovers!;
  assertEquals([action, count, processes.map(({ pid }) => pid)], [
    "left",
    20,
    Array.from({ length: 16 }, (_, index) => 100 + index),
  ]);
  assertEquals(looks, [false], "without a rule of the lane the look is at the group alone");
});

Deno.test("KillSwitch looks everywhere for what a run has left where its lane has a rule", () => {
  using kill = new KillSwitch(systemClock, 5, undefined, "leave");
  const { child, looks } = leaving(0);
  kill.attach(child);
  kill.noteLeftovers();
  assertEquals([kill.leftovers, looks], [undefined, [true]]);
});

Deno.test("KillSwitch tells of nothing left after a run that was ended", () => {
  using kill = new KillSwitch(systemClock, 0);
  const { child } = leaving(1);
  kill.attach(child);
  kill.kill("killed_by_api");
  kill.noteLeftovers();
  assertEquals(kill.leftovers, undefined);
});
