import { assert, assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import { isAlive, told } from "./shell_missions.ts";
import { ownTest, sharedDugdale } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const patient = sharedDugdale({ settings: { limits: { reader_post_exit_grace: "0s" } } });
const MARKER = `\n[--- truncated, exceeded ${CAPS.outputBytes} bytes ---]\n`;
const letters = (count: number, letter: string) => `head -c ${count} /dev/zero | tr '\\0' ${letter}`;

Deno.test("both streams share one budget; the marker is left where it was crossed", async () => {
  const id = await dugdale.queue("prints_much.sh");
  const record = await dugdale.done(id);
  assertEquals(await dugdale.output(id, "stdout"), "o".repeat(CAPS.outputBytes) + MARKER);
  assertEquals(await dugdale.output(id, "stderr"), MARKER);
  assertEquals([record.truncated_stdout, record.truncated_stderr, record.outcome], [true, true, "success"]);
  const combined = (await dugdale.output(id, "combined")).split("\n").slice(0, -1).map((line) =>
    JSON.parse(line)
  );
  assertEquals(combined.map(({ data }) => data).join(""), "o".repeat(CAPS.outputBytes));
  assertEquals(new Set(combined.map(({ stream }) => stream)), new Set(["stdout"]));
});

Deno.test("a budget that is filled exactly leaves no marker until the next byte", async () => {
  const exact = await dugdale.queue("obeys.sh", { input: told(letters(CAPS.outputBytes, "o")) });
  assertEquals((await dugdale.done(exact)).truncated_stdout, false);
  assertEquals(await dugdale.output(exact, "stdout"), "o".repeat(CAPS.outputBytes));
  const more = await dugdale.queue("obeys.sh", {
    input: told(`${letters(CAPS.outputBytes, "o")}; sleep 0.05; printf x >&2`),
  });
  const record = await dugdale.done(more);
  assertEquals([record.truncated_stdout, record.truncated_stderr], [false, true]);
  assertEquals(await dugdale.output(more, "stdout"), "o".repeat(CAPS.outputBytes));
  assertEquals(await dugdale.output(more, "stderr"), MARKER);
});

Deno.test("a stream that was cut stays cut, and each gets its marker once", async () => {
  const commands = `${
    letters(CAPS.outputBytes + 1, "o")
  }; sleep 0.05; printf e >&2; sleep 0.05; echo o; echo e >&2`;
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.done(id);
  assertEquals(await dugdale.output(id, "stdout"), "o".repeat(CAPS.outputBytes) + MARKER);
  assertEquals(await dugdale.output(id, "stderr"), MARKER);
});

Deno.test("a mission that prints without end is read on, so that it does not block", async () => {
  const commands = "yes | head -c 20000000; echo end >&2";
  const id = await dugdale.queue("obeys.sh", { input: told(commands), timeout: "20s" });
  assertEquals((await dugdale.done(id)).outcome, "success");
});

Deno.test("everything printed before the end is there when done is reported", async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => dugdale.queue("obeys.sh", { input: told("seq 1 2000; echo last >&2") })),
  );
  await Promise.all(ids.map(async (id) => {
    await dugdale.event(id, "done");
    assert((await dugdale.output(id, "stdout")).endsWith("\n2000\n"));
    assertEquals(await dugdale.output(id, "stderr"), "last\n");
  }));
});

ownTest(
  "descendants that hold the pipes delay the end by two graces at most, and are not killed",
  async () => {
    const id = await dugdale.queue("leaves_child.sh");
    const record = await dugdale.done(id);
    assertEquals([record.outcome, record.return, record.exit_code], ["success", { left: true }, 0]);
    const durationMs = Number(record.duration_ms);
    assert(
      durationMs >= CAPS.postExitGraceMs - 5 && durationMs < 2 * CAPS.postExitGraceMs + 2000,
      `${durationMs}`,
    );
    const child = Number(await dugdale.output(id, "stdout"));
    assert(isAlive(child));
    Deno.kill(child, "SIGKILL");
  },
);

ownTest("descendants that hold only descriptor 3 delay the end by one grace", async () => {
  const commands = "sleep 600 >/dev/null 2>&1 & echo $!";
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  const record = await dugdale.done(id);
  assertEquals(record.outcome, "success");
  assert(Number(record.duration_ms) >= CAPS.postExitGraceMs - 5);
  Deno.kill(Number(await dugdale.output(id, "stdout")), "SIGKILL");
});

ownTest("a grace of zero waits for output to its end, and for descriptor 3 not at all", async () => {
  const gate = await Deno.makeTempFile();
  const commands = `(while [ -e ${gate} ]; do sleep 0.05; done; echo late) 3>&- &
    sleep 600 >/dev/null 2>&1 & echo $! >&2`;
  const id = await patient.queue("obeys.sh", { input: told(commands) });
  const { pid } = await patient.event(id, "running");
  await until(() => Promise.resolve(!isAlive(Number(pid))));
  assertEquals((await patient.record(id)).status, "running");
  await Deno.remove(gate);
  assertEquals((await patient.done(id)).outcome, "success");
  assertEquals(await patient.output(id, "stdout"), "late\n");
  const holder = Number(await patient.output(id, "stderr"));
  assert(isAlive(holder));
  Deno.kill(holder, "SIGKILL");
});

ownTest("a kill while descendants hold the pipes is still the reason", async () => {
  const id = await dugdale.queue("leaves_child.sh");
  const { pid } = await dugdale.event(id, "running");
  await until(() => Promise.resolve(!isAlive(Number(pid))));
  assertEquals((await dugdale.post(`/v1/missions/${id}/kill`)).status, 200);
  const record = await dugdale.done(id);
  assertEquals([record.outcome, record.fail_reason], ["killed", "killed_by_api"]);
  // The kill goes to the group, of which the descendant is left.
  assert(!isAlive(Number(await dugdale.output(id, "stdout"))));
});

Deno.test("a descendant in a session of its own does not hold up the end", async () => {
  const commands = "setsid sleep 2 >/dev/null 2>&1 3>&- & exit 0";
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  assertEquals(record.outcome, "success");
  assert(Number(record.duration_ms) < 1000);
});
