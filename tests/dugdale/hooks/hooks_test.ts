import { assert, assertEquals, assertRejects } from "@std/assert";
import type { DugdaleHookSettings } from "../../../config/dugdale/hooks.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { Transitions } from "../../../dugdale/engine/transitions.ts";
import { Hooks } from "../../../dugdale/hooks/hooks.ts";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { HandClock } from "../hand_clock.ts";
import { ids, openRunning, type Running, type RunningOptions } from "../running.ts";
import { StatementCount } from "../statement_count.ts";
import { ending, newMission } from "../store/samples.ts";
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
    const script = 'cat > "$1/$LETTS_EVENT_ID"; echo "$LETTS_EVENT" > "$1/new"; mv "$1/new" "$1/type"';
    const hook = { command: ["/bin/sh", "-c", script, "notify", folder], on: ["mission.failed"] as const };
    await using running = await open(hook);
    await running.apply({ a: { concurrency: 1 } }, FALSE);
    using changes = Deno.watchFs(folder);
    const id = await dispatch(running);
    for await (const { paths } of changes) if (paths.some((path) => path.endsWith("/type"))) break;
    const event = JSON.parse(await Deno.readTextFile(`${folder}/${id}_3_failed`));
    assertEquals([event.type, event.data.outcome], ["mission.failed", "failed"]);
    assertEquals(await Deno.readTextFile(`${folder}/type`), "mission.failed\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("notify of a dispatch tells a hook of that mission alone, whatever its lane", async () => {
  await using receiver = new Receiver();
  await using running = await open({ url: receiver.url, byRequest: true, lanes: ["b"] });
  await running.apply({ a: { concurrency: 1 }, b: { concurrency: 1 } });
  await running.ended(await dispatch(running, "b"));
  const id = await dispatch(running, "a", { notify: "ops" });
  const [first] = await receiver.count(1);
  assertEquals([first?.event.subject, first?.event.data.notify], [id, "ops"]);
  const body = { mission: "m", lane: "a", notify: "absent" };
  const refused = await running.request("POST", "/v1/dispatch", { key: ids.mission(), body });
  assertEquals([refused.status, refused.body.error], [400, "unknown_hook"]);
  assertEquals(receiver.all.length, 1);
});

Deno.test("an event is dead after its tries, the next one of its mission follows, and a redrive delivers it", async () => {
  let takes = false;
  await using receiver = new Receiver(({ event }) =>
    new Response(null, { status: takes || event.type === "mission.done" ? 200 : 500 })
  );
  await using running = await open({
    url: receiver.url,
    on: ["mission.queued", "mission.done"],
    retry: { attempts: 1 },
  });
  await running.apply({ a: { concurrency: 1 } });
  const id = await dispatch(running);
  await receiver.count(2);
  const dead = await until(async () => {
    const { body } = await running.request("GET", "/v1/hooks/ops/dead");
    return body.events.length > 0 ? body.events : undefined;
  });
  assertEquals(dead.map(({ event, tries, error }: Record<string, unknown>) => [event, tries, error]), [
    [receiver.all[0]?.event, 1, "answered 500"],
  ]);
  assertEquals(dead[0].event.id, `${id}_1_queued`);
  takes = true;
  const redriven = await running.request("POST", "/v1/hooks/ops/redrive", { body: { ids: [dead[0].id] } });
  assertEquals(redriven.body, { redriven: 1 });
  const all = await receiver.count(3);
  assertEquals(all[2]?.text, all[0]?.text);
});

Deno.test("a receiver that answers 410 gets nothing more, until a redrive turns its hook on", async () => {
  let gone = true;
  await using receiver = new Receiver(() => new Response(null, { status: gone ? 410 : 200 }));
  await using running = await open({ url: receiver.url });
  await running.apply({ a: { concurrency: 1 } });
  await dispatch(running);
  const hook = await until(async () => {
    const [hook] = (await running.request("GET", "/v1/hooks")).body.hooks;
    return hook.dead > 0 ? hook : undefined;
  });
  assertEquals([hook.off, hook.pending, hook.dead], ["answered 410", 0, 1]);
  await running.ended(await dispatch(running));
  assertEquals(receiver.all.length, 1);
  gone = false;
  await running.request("POST", "/v1/hooks/ops/redrive", { body: {} });
  await receiver.count(2);
  const third = await dispatch(running);
  assertEquals((await receiver.count(3))[2]?.event.subject, third);
});

Deno.test("a receiver that does not answer holds up neither missions nor another hook", async () => {
  const release = Promise.withResolvers<void>();
  await using slow = new Receiver(async () => {
    await release.promise;
    return new Response(null, { status: 204 });
  });
  await using fast = new Receiver();
  await using running = await openRunning({
    hooks: {
      slow: { url: slow.url, allowPrivate: true },
      fast: { url: fast.url, allowPrivate: true },
    },
  });
  await running.apply({ a: { concurrency: 8 } });
  const missions = [];
  for (let count = 0; count < 40; count++) missions.push(await dispatch(running));
  const told = await fast.count(40);
  assertEquals(new Set(told.map(({ event }) => event.subject)), new Set(missions));
  assertEquals((await slow.count(16)).length, 16);
  release.resolve();
  const late = await slow.count(40);
  assertEquals(new Set(late.map(({ event }) => event.subject)), new Set(missions));
});

Deno.test("what has not been delivered is delivered after a restart", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const port = await unusedPort();
    const url = `http://127.0.0.1:${port}/hook`;
    const ended = [];
    {
      await using running = await open({ url }, { dataDir });
      await running.apply({ a: { concurrency: 1 } });
      for (let count = 0; count < 3; count++) ended.push(await dispatch(running));
      for (const id of ended) await running.ended(id);
    }
    await using receiver = new Receiver(undefined, port);
    const clock = new HandClock({ wallMs: Date.now() + 3_600_000, fromMs: 4_000 });
    await using _running = await open({ url }, { dataDir, clock });
    const all = await receiver.count(3);
    assertEquals(new Set(all.map(({ event }) => event.subject)), new Set(ended));
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

const OPS = { url: "http://127.0.0.1:9/" };

/** Transitions of a database in memory, with hooks that do not send. */
function openTransitions(hooks: Readonly<Record<string, DugdaleHookSettings>>) {
  const store = new Store(":memory:", -2000);
  const transitions = new Transitions(store, silentLog);
  const config = dugdaleConfig({ listen: ":0", dataDir: "/", hooks });
  new Hooks(
    { store, transitions, config, clock: systemClock, log: silentLog, onDelivery: () => {} } as never,
  );
  return { store, transitions };
}

Deno.test("a mission that no hook wants to be told of takes no statement more than without hooks", async () => {
  const counts: number[] = [];
  for (const hooks of [{}, { ops: { ...OPS, on: ["mission.failed"] } }, { ops: OPS }] as const) {
    const { store, transitions } = openTransitions(hooks);
    using _store = store;
    using counter = new StatementCount();
    const row = await transitions.write(() => transitions.enterRunning(newMission()));
    await transitions.write(() => transitions.recordStart(row, { pid: 1, startedMs: 1 }, 1));
    await transitions.write(() => transitions.finish(row, ending("success"), 2));
    counts.push(counter.count);
  }
  assertEquals(counts[1], counts[0]);
  assert(counts[2]! > counts[0]!, "the count tells of hooks that want it");
});

Deno.test("a change that is undone is not told", async () => {
  const { store, transitions } = openTransitions({ ops: { ...OPS, on: ["mission.queued"] } });
  using _store = store;
  const undone = (): void => {
    transitions.enter(newMission());
    throw new TypeError("undone");
  };
  await assertRejects(() => transitions.write(undone), TypeError, "undone");
  assertEquals(store.outbox.counts(), []);
  await transitions.write(() => transitions.enter(newMission()));
  assertEquals(store.outbox.counts().map(({ target, pending }) => [target, pending]), [["ops", 1]]);
});

Deno.test("a stream tells what happens as it happens, by type, and continues after an event", async () => {
  await using running = await openRunning();
  await running.apply({ a: { concurrency: 1 } });
  const read = async (query: string, count: number, meanwhile: () => Promise<unknown>) => {
    const stop = new AbortController();
    const response = await fetch(`${running.dugdale.url}/v1/hooks/stream?${query}`, {
      headers: { authorization: "Bearer admin" },
      signal: stop.signal,
    });
    const found: Record<string, unknown>[] = [];
    await meanwhile();
    for await (const line of response.body!.pipeThrough(new TextDecoderStream()).pipeThrough(splitLines())) {
      if (line !== "") found.push(JSON.parse(line));
      if (found.length === count) break;
    }
    stop.abort();
    return found;
  };
  const all = await read("", 4, () => dispatch(running));
  assertEquals(all.map(({ type }) => type), [
    "mission.queued",
    "mission.starting",
    "mission.succeeded",
    "mission.done",
  ]);
  const some = await read("on=mission.done,mission.failed", 1, () => dispatch(running));
  assertEquals(some.map(({ type }) => type), ["mission.done"]);
  const rest = await read(`from=${all[2]?.id}&on=mission.done`, 2, () => Promise.resolve());
  assertEquals(rest.map(({ id }) => id), [all[3]?.id, some[0]?.id]);
  assertEquals(await read("from=unknown", 1, () => Promise.resolve()), [{ type: "gap" }]);
});

Deno.test("a test of a hook delivers an event at once, and tells what went wrong", async () => {
  let status = 200;
  await using receiver = new Receiver(() => new Response(null, { status }));
  await using running = await open({ url: receiver.url });
  const good = (await running.request("POST", "/v1/hooks/ops/test")).body;
  assertEquals([good.ok, good.error, receiver.all[0]?.event.type], [true, undefined, "hook.test"]);
  status = 302;
  const bad = (await running.request("POST", "/v1/hooks/ops/test")).body;
  assertEquals([bad.ok, bad.error], [false, "answered 302"]);
  assertEquals((await running.request("POST", "/v1/hooks/absent/test")).body.error, "hook_not_found");
  assertEquals((await running.request("GET", "/v1/hooks/absent/dead")).body.error, "hook_not_found");
});

/** Asks again and again until there is an answer. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function unusedPort(): Promise<number> {
  await using receiver = new Receiver();
  return receiver.port;
}

function splitLines(): TransformStream<string, string> {
  let rest = "";
  return new TransformStream({
    transform(chunk, controller) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
  });
}
