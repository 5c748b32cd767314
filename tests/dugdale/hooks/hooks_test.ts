import { assert, assertEquals } from "@std/assert";
import type { DugdaleHookSettings } from "../../../config/dugdale/hooks.ts";
import { HandClock } from "../hand_clock.ts";
import { ids, openRunning, type Running, type RunningOptions } from "../running.ts";
import { isSigned, Receiver } from "./receiver.ts";

const FALSE = ["/bin/false"];

function open(hook: DugdaleHookSettings, options: RunningOptions = {}): Promise<Running> {
  return openRunning({ ...options, hooks: { ops: { allowPrivate: true, ...hook } } });
}

async function dispatch(running: Running, lane = "a", more: object = {}): Promise<string> {
  const key = ids.mission();
  const body = { mission: "m", lane, input: { secret: 1 }, ...more };
  const { status, text } = await running.request("POST", "/v1/dispatch", { key, body });
  assertEquals(status, 202, text);
  return key;
}

Deno.test("a webhook is posted the end of a mission as a signed CloudEvent, without its input", async () => {
  await using receiver = new Receiver();
  await using running = await open({ url: receiver.url, secret: "a secret" });
  await running.apply({ a: { concurrency: 1 } });
  const id = await dispatch(running);
  const [received] = await receiver.count(1);
  assert(received !== undefined);
  const { data, source, time, ...head } = received.event;
  assertEquals(head, {
    specversion: "1.0",
    id: `${id}_3_done`,
    type: "mission.done",
    subject: id,
    datacontenttype: "application/json",
  });
  assert(source.startsWith("letts://"));
  const { input: _input, ...record } = (await running.request("GET", `/v1/missions/${id}`)).body;
  assertEquals(data, record);
  assertEquals(Date.parse(time), record.time_finished);
  assertEquals(received.headers.get("content-type"), "application/cloudevents+json; charset=utf-8");
  assertEquals(received.headers.get("webhook-id"), head.id);
  assertEquals([isSigned(received, "a secret"), isSigned(received, "another")], [true, false]);
});

Deno.test("the events of a mission come in their order, each with the state of its moment", async () => {
  await using receiver = new Receiver();
  await using running = await open({
    url: receiver.url,
    on: ["mission.queued", "mission.starting", "mission.retrying", "mission.failed", "mission.done"],
  });
  await running.apply({ a: { concurrency: 1 } }, FALSE);
  await dispatch(running, "a", { retry: { attempts: 2, backoff: "1ms" } });
  const events = (await receiver.count(6)).map(({ event }) => event);
  assertEquals(events.map(({ type, data }) => [type, data.status, data.outcome, data.attempt]), [
    ["mission.queued", "queued", undefined, 1],
    ["mission.starting", "running", undefined, 1],
    ["mission.retrying", "queued", undefined, 2],
    ["mission.starting", "running", undefined, 2],
    ["mission.failed", "done", "failed", 2],
    ["mission.done", "done", "failed", 2],
  ]);
  assertEquals(new Set(events.map(({ id }) => id)).size, 6);
});

Deno.test("a hook of some lanes is not told of missions of others", async () => {
  await using receiver = new Receiver();
  await using running = await open({ url: receiver.url, lanes: ["b"] });
  await running.apply({ a: { concurrency: 1 }, b: { concurrency: 1 } });
  await running.ended(await dispatch(running, "a"));
  const told = await dispatch(running, "b");
  const [first] = await receiver.count(1);
  assertEquals(first?.event.subject, told);
});

Deno.test("a delivery that fails is repeated after 5, 10 and 20 seconds, the same each time", async () => {
  await using receiver = new Receiver((_, count) => new Response(null, { status: count < 4 ? 500 : 200 }));
  const clock = new HandClock({ wallMs: Date.now(), fromMs: 4_000 });
  await using running = await open({ url: receiver.url, secret: "s", timeoutMs: 8_000 }, { clock });
  await running.apply({ a: { concurrency: 1 } });
  await dispatch(running);
  for (const [tries, delayMs] of [[1, 5_000], [2, 10_000], [3, 20_000]] as const) {
    await receiver.count(tries);
    await clock.timer(delayMs);
    clock.advance(delayMs);
  }
  const all = await receiver.count(4);
  assertEquals(new Set(all.map(({ text }) => text)).size, 1);
  assertEquals(all.map((one) => isSigned(one, "s")), [true, true, true, true]);
  const seconds = all.map(({ headers }) => Number(headers.get("webhook-timestamp")));
  assertEquals(seconds.map((each) => each - seconds[0]!), [0, 5, 15, 35]);
});

Deno.test("a command gets the event on stdin and its type and id as variables", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const script = 'cat > "$1/$LETTS_EVENT_ID"; echo "$LETTS_EVENT" > "$1/type"';
    const hook = { command: ["/bin/sh", "-c", script, "notify", folder], on: ["mission.failed"] as const };
    await using running = await open(hook);
    await running.apply({ a: { concurrency: 1 } }, FALSE);
    using changes = Deno.watchFs(folder);
    const id = await dispatch(running);
    for await (const { paths } of changes) if (paths.some((path) => path.endsWith("/type"))) break;
    await running.dugdale.close();
    const event = JSON.parse(await Deno.readTextFile(`${folder}/${id}_3_failed`));
    assertEquals([event.type, event.data.outcome], ["mission.failed", "failed"]);
    assertEquals(await Deno.readTextFile(`${folder}/type`), "mission.failed\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
