import { assert, assertEquals } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import { ownTest, sharedDugdale } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const unhurried = sharedDugdale({
  settings: { limits: { max_progress_rate: 0, max_events_buffer: 0, progress_buffer_size: 0 } },
});

/** Shell commands that report progress so many times, as fast as they can. */
function reports(count: number, message: string): string {
  return `i=0; while [ $i -lt ${count} ]; do ${`printf '{"event":"progress","value":%s,"message":"${message}"}\\n' $i >&3`}; i=$((i+1)); done\n`;
}

Deno.test("progress beyond the rate is dropped and counted, not delayed", async () => {
  const id = await dugdale.queue("obeys.sh", { input: told(reports(200, "m")) });
  const record = await dugdale.done(id);
  const events = await dugdale.events(id);
  const kept = events.filter(({ event }) => event === "progress");
  const refills = Math.ceil(Number(record.duration_ms) / 1000);
  assert(
    kept.length >= CAPS.progressRate && kept.length <= (1 + refills) * CAPS.progressRate,
    `${kept.length}`,
  );
  assertEquals(events.at(-1)?.progress_dropped, 200 - kept.length);
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index + 1));
});

ownTest("progress that comes faster than it can be written is dropped beyond a queue of 64", async () => {
  // Written at once, so that a read brings more of it than the queue takes.
  const line = '{"event":"progress","value":1}';
  const commands = `lines=$(yes '${line}' | head -n 1000); printf '%s\\n' "$lines" >&3`;
  const id = await unhurried.queue("obeys.sh", { input: told(commands) });
  await unhurried.done(id);
  const events = await unhurried.events(id);
  const kept = events.filter(({ event }) => event === "progress").length;
  assert(kept >= 64 && kept < 1000, `${kept}`);
  assertEquals(events.at(-1)?.progress_dropped, 1000 - kept);
});

Deno.test("the rate is refilled after a second", async () => {
  const commands = `${reports(CAPS.progressRate, "a")} sleep 1.05; ${reports(CAPS.progressRate, "b")}`;
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.done(id);
  const events = await dugdale.events(id);
  assertEquals(events.filter(({ event }) => event === "progress").length, 2 * CAPS.progressRate);
  assertEquals("progress_dropped" in (events.at(-1) ?? {}), false);
});

Deno.test("progress beyond the bytes of all events is dropped and counted", async () => {
  const id = await dugdale.queue("obeys.sh", { input: told(reports(20, "x".repeat(2000))) });
  await dugdale.done(id);
  const { text } = await dugdale.get(`/v1/missions/${id}/events`);
  const progress = text.split("\n").filter((line) => line.includes('"progress"'));
  const bytes = progress.reduce((sum, line) => sum + line.length + 1, 0);
  assert(bytes <= CAPS.eventsBytes && bytes > CAPS.eventsBytes - 2200, `${bytes}`);
  assertEquals((await dugdale.events(id)).at(-1)?.progress_dropped, 20 - progress.length);
});

Deno.test("a smaller report still fits after a larger one was dropped", async () => {
  const message = "x".repeat(CAPS.eventsBytes);
  const big =
    `{ printf '{"event":"progress","message":"'; head -c ${message.length} /dev/zero | tr '\\0' x; echo '"}'; } >&3\n`;
  const id = await dugdale.queue("obeys.sh", {
    input: told(big + saying({ event: "progress", message: "small" })),
  });
  await dugdale.done(id);
  const events = await dugdale.events(id);
  assertEquals(events.map(({ event }) => event), ["queued", "running", "progress", "done"]);
  assertEquals([events[2]?.message, events[3]?.progress_dropped], ["small", 1]);
});

Deno.test("a value is passed on as it was reported, digit by digit or as the same number", async () => {
  const values = ["0.1", "1e3", "-5", "12345678901234567"];
  const id = await dugdale.queue("obeys.sh", {
    input: told(saying(...values.map((value) => `{"event":"progress","value":${value}}`))),
  });
  await dugdale.done(id);
  const told_ = (await dugdale.events(id)).slice(2, -1).map(({ value }) => value);
  assertEquals(told_, values.map(Number));
});

Deno.test("a mission with dropped progress is a success all the same, and its end is never dropped", async () => {
  const commands = `${reports(500, "m")} ${saying({ event: "success", return: { end: true } })}`;
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  assertEquals([record.outcome, record.return], ["success", { end: true }]);
});
