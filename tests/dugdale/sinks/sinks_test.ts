import { assert, assertEquals } from "@std/assert";
import type { DugdaleSinkSettings } from "../../../config/dugdale/sinks.ts";
import { Receiver } from "../hooks/receiver.ts";
import { ids, openRunning, type Running } from "../running.ts";
import { noPostgres, noRedis, openMongo, openPostgres, openRedis } from "./servers.ts";

/** Prints that a mission has noted and warned something, and given facts, and then that it succeeded. */
const SAYS = `printf '%s\\n' '{"event":"note","text":"one"}' '{"event":"note","text":"two"}' \
'{"event":"warn","message":"odd"}' '{"event":"meta","fields":{"type":"Mine","extra":1}}' \
'{"event":"success","return":{"big":12345678901234567890}}' >&3`;

function open(sink: DugdaleSinkSettings): Promise<Running> {
  return openRunning({ sinks: { results: sink } });
}

async function dispatched(running: Running, script = SAYS): Promise<string> {
  await running.apply({ a: { concurrency: 1 } }, ["/bin/sh", "-c", script]);
  const key = ids.mission();
  const body = { mission: "m", lane: "a" };
  assertEquals((await running.request("POST", "/v1/dispatch", { key, body })).status, 202);
  return key;
}

/** Why a test is ignored, behind its name. */
function ignored(reason: string | undefined): string {
  return reason === undefined ? "" : ` (ignored: ${reason})`;
}

/** Waits until a record of the mission is kept as the sink has it at its end. */
async function kept(running: Running, id: string, isEnd: (record: Record<string, unknown>) => boolean) {
  for (;;) {
    const { status, body } = await running.request("GET", `/v1/sinks/results/${id}`);
    if (status === 200 && isEnd(body)) return body;
    assert(status === 200 || body.error === "not_found", JSON.stringify(body));
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const isDone = ({ status }: Record<string, unknown>) => status === "done";
const isCompleted = ({ status }: Record<string, unknown>) => status === 3;

/** What leptir would have kept of the mission, but for what depends on the time. */
const LEPTIR = (id: string) => ({ id, status: 3, retC: 2, respM: "one two", type: "Mine", extra: 1 });

Deno.test({
  name: `a redis sink keeps the record of a mission below its key, and lets it expire${ignored(noRedis())}`,
  ignore: noRedis() !== undefined,
  fn: async () => {
    await using redis = await openRedis();
    await using running = await open({ type: "redis", url: redis.url, key: "t", expireMs: 86_400_000 });
    const id = await dispatched(running);
    const record = await kept(running, id, isDone);
    const { input: _input, ...own } = (await running.request("GET", `/v1/missions/${id}`)).body;
    assertEquals(record, own);
    const text = await redisCli(redis.url, "GET", `t:${id}`);
    assert(text.includes('"return":{"big":12345678901234567890}'), text);
    const ttl = Number(await redisCli(redis.url, "TTL", `t:${id}`));
    assert(ttl > 86_400 - 60 && ttl <= 86_400, `${ttl}`);
  },
});

Deno.test({
  name: `a redis sink of the shape leptir has exactly the records of leptir, for ever${ignored(noRedis())}`,
  ignore: noRedis() !== undefined,
  fn: async () => {
    await using redis = await openRedis();
    await using running = await open({ type: "redis", url: redis.url, shape: "leptir" });
    const id = await dispatched(running);
    await kept(running, id, isCompleted);
    const record = JSON.parse(await redisCli(redis.url, "GET", `leptir:taskinfo:${id}`));
    assertEquals(Object.keys(record), [
      "id",
      "status",
      "retC",
      "exTime",
      "respM",
      "type",
      "exStart",
      "extra",
    ]);
    const { exTime, exStart, ...rest } = record;
    assertEquals(rest, LEPTIR(id));
    const mission = (await running.request("GET", `/v1/missions/${id}`)).body;
    assertEquals(exTime, mission.duration_ms / 1000);
    const date = new Date(mission.time_started).toISOString().replace("T", " ").replace("Z", "000");
    assertEquals(exStart, { date, timezone_type: 3, timezone: "UTC" });
    assertEquals(await redisCli(redis.url, "TTL", `leptir:taskinfo:${id}`), "-1");
  },
});

async function redisCli(url: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command("redis-cli", { args: ["-u", url, ...args] }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test({
  name: `a postgres sink makes its table, keeps the record with all digits, and removes what has expired${
    ignored(noPostgres())
  }`,
  ignore: noPostgres() !== undefined,
  fn: async () => {
    await using postgres = await openPostgres();
    const sink = { type: "postgres", url: postgres.url, collection: "results" } as const;
    let id: string;
    {
      await using running = await open(sink);
      id = await dispatched(running);
      const record = await kept(running, id, isDone);
      const { input: _input, ...own } = (await running.request("GET", `/v1/missions/${id}`)).body;
      assertEquals(record, own);
      const sql = "SELECT record->'return'->>'big' FROM results";
      assertEquals(await psql(postgres.url, sql), "12345678901234567890");
    }
    await psql(postgres.url, "UPDATE results SET expires = now() - interval '1 second'");
    await using running = await open({ ...sink, expireMs: 3_600_000 });
    assertEquals((await running.request("GET", `/v1/sinks/results/${id}`)).status, 404);
    const next = await dispatched(running);
    await kept(running, next, isDone);
    const rows = "SELECT id, expires > now() + interval '59 minutes' FROM results";
    assertEquals(await psql(postgres.url, rows), `${next}|t`);
  },
});

async function psql(url: string, sql: string): Promise<string> {
  const { stdout } = await new Deno.Command("psql", { args: [url, "-Atqc", sql] }).output();
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("a mongodb sink keeps leptir's documents with a date of its own type, in its collection", async () => {
  await using mongo = openMongo();
  await using running = await open({ type: "mongodb", url: mongo.url, shape: "leptir" });
  const id = await dispatched(running);
  const record = await kept(running, id, isCompleted);
  const mission = (await running.request("GET", `/v1/missions/${id}`)).body;
  const exStart = new Date(mission.time_started);
  const exTime = mission.duration_ms / 1000;
  assertEquals(record, { ...LEPTIR(id), exTime, exStart: exStart.toISOString() });
  const { id: _id, ...fields } = LEPTIR(id);
  assertEquals(mongo.documents, new Map([[`leptir.info/${id}`, { _id, ...fields, exTime, exStart }]]));
  assertEquals(mongo.indexes, []);
});

Deno.test("a mongodb sink with an expiry has an index that removes documents", async () => {
  await using mongo = openMongo();
  await using running = await open({ type: "mongodb", url: mongo.url, expireMs: 60_000 });
  const id = await dispatched(running);
  const record = await kept(running, id, isDone);
  assertEquals([record.mission_id, "expires" in record], [id, false]);
  const document = mongo.documents.get(`letts.missions/${id}`);
  assert(document?.expires instanceof Date && document.expires.getTime() > Date.now());
  assertEquals(mongo.indexes.map(({ key, expireAfterSeconds }) => [key, expireAfterSeconds]), [
    [{ expires: 1 }, 0],
  ]);
});

Deno.test("an ndjson sink appends a line for each state, and cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/missions.ndjson`;
    await using running = await open({ type: "ndjson", path });
    const id = await dispatched(running);
    let lines: string[] = [];
    while (lines.length < 4) {
      lines = await Deno.readTextFile(path).then((text) => text.split("\n"), () => []);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const states = lines.slice(0, -1).map((line) => JSON.parse(line));
    assertEquals(states.map(({ mission_id, status }) => [mission_id, status]), [
      [id, "queued"],
      [id, "running"],
      [id, "done"],
    ]);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    assertEquals((await running.request("GET", `/v1/sinks/results/${id}`)).body.error, "bad_request");
    assertEquals((await running.request("GET", `/v1/sinks/absent/${id}`)).body.error, "sink_not_found");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a webhook sink posts the record itself", async () => {
  await using receiver = new Receiver();
  const sink = {
    type: "webhook",
    url: receiver.url,
    shape: "leptir",
    on: ["done"],
    allowPrivate: true,
  } as const;
  await using running = await open(sink);
  const id = await dispatched(running);
  const [received] = await receiver.count(1);
  const { exTime: _exTime, exStart: _exStart, ...rest } = received?.event ?? {};
  assertEquals(rest, LEPTIR(id));
  assertEquals(received?.headers.get("content-type"), "application/json; charset=utf-8");
});

Deno.test("a sink that is down holds up no mission, and is listed with its error", async () => {
  await using running = await open({ type: "redis", url: "redis://127.0.0.1:1/0" });
  const id = await dispatched(running);
  assertEquals((await running.ended(id)).outcome, "success");
  for (;;) {
    const [sink] = (await running.request("GET", "/v1/hooks")).body.hooks;
    assertEquals([sink.name, sink.type, sink.to], ["results", "redis", "redis://127.0.0.1:1/0"]);
    if (sink.last_error !== undefined && sink.pending === 3) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals((await running.request("GET", `/v1/sinks/results/${id}`)).body.error, "io_error");
});
