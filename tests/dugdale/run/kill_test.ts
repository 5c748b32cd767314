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
