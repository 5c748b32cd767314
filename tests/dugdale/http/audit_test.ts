import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { DugdaleNamedToken } from "../../../config/dugdale/config.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import type { AuditRecord } from "../../../protocol/audit.ts";
import { lines } from "../../../protocol/lines.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Audit } from "../../../dugdale/http/audit.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { HandClock } from "../hand_clock.ts";
import { ids, openRunning, type Running } from "../running.ts";

const named = (name: string, more: Partial<DugdaleNamedToken> = {}): DugdaleNamedToken => ({
  name,
  tokens: [`token of ${name}`],
  tokenFile: "",
  scopes: ["admin"],
  readOnly: false,
  ...more,
});
const ON = {
  audit: { enabled: true },
  tokens: [named("ops"), named("ci", { scopes: ["dispatch"], lanes: ["held"] })],
};
const AS_OPS = { authorization: "Bearer token of ops" }, AS_CI = { authorization: "Bearer token of ci" };

async function recorded(running: Running, query = ""): Promise<AuditRecord[]> {
  const { status, text } = await running.request("GET", `/v1/admin/audit${query}`);
  assertEquals(status, 200, text);
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

const brief = ({ actor, action, target }: AuditRecord) => [actor, action, target];

async function dispatch(running: Running, headers: Record<string, string>): Promise<string> {
  const key = ids.mission();
  const body = { lane: "held", mission: "m" };
  const { status, text } = await running.request("POST", "/v1/dispatch", { key, body, headers });
  assertEquals(status, 202, text);
  return key;
}

Deno.test("the audit records each dispatch and admin action with token, address, target and time", async () => {
  const sinceMs = Date.now();
  await using running = await openRunning(ON);
  await running.apply({ held: { concurrency: 1, paused: true } });
  const id = await dispatch(running, AS_CI), other = await dispatch(running, {});
  const post = async (path: string, body?: unknown): Promise<void> => {
    const { status, text } = await running.request("POST", path, { headers: AS_OPS, body });
    assert(status < 300, text);
  };
  await post(`/v1/missions/${id}/kill`);
  await post(`/v1/missions/${id}/restart`);
  await post("/v1/missions/bulk-delete", { ids: [id, other] });
  await post("/v1/admin/lanes/held/pause");
  const exec = ids.mission();
  const command = { lane: "held", command: ["true"] };
  const sent = await running.request("POST", "/v1/exec/dispatch", { as: "exec", key: exec, body: command });
  assertEquals(sent.status, 202, sent.text);
  const file = await running.stage("content");
  await running.request("DELETE", `/v1/staging/${file}`, { headers: AS_OPS });
  const records = await recorded(running);
  assertEquals(records.map(brief), [
    ["admin-token", "admin.apply", undefined],
    ["ci", "mission.dispatch", id],
    ["admin-token", "mission.dispatch", other],
    ["ops", "mission.kill", id],
    ["ops", "mission.restart", id],
    ["ops", "mission.delete", id],
    ["ops", "mission.delete", other],
    ["ops", "lane.pause", "held"],
    ["exec-token", "exec.dispatch", exec],
    ["ops", "staging.delete", file],
  ]);
  assertEquals(records.map(({ id }) => id), records.map((_, index) => index + 1));
  assert(
    records.every(({ time, address }) => time >= sinceMs && time <= Date.now() && address === "127.0.0.1"),
  );
  assertEquals(records[1]?.facts, { mission_id: id, lane: "held", mission: "m" });
  assertEquals(records[3]?.facts, { mission_id: id, kind: "mission", from_status: "queued" });
  assertEquals(records[8]?.facts.command_argv, ["true"]);
  assertEquals(records[9]?.facts, { staging_id: file, force: false, cascade_missions: 0 });

  const only = async (query: string) => (await recorded(running, query)).map(({ id }) => id);
  assertEquals(await only("?actor=ci"), [2]);
  assertEquals(await only("?action=mission"), [2, 3, 4, 5, 6, 7]);
  assertEquals(await only("?action=mission.delete&actor=ops"), [6, 7]);
  assertEquals(await only("?action=miss"), []);
  assertEquals(await only(`?target=${id}&from=4`), [5, 6]);
  assertEquals(await only(`?since=${records[4]?.time}&until=${sinceMs}`), []);
  assertEquals((await only(`?since=${sinceMs}`)).length, 10);
});

Deno.test("a repeat of a dispatch, and an action that fails, leave no record", async () => {
  await using running = await openRunning(ON);
  await running.apply({ held: { concurrency: 1, paused: true } });
  const id = await dispatch(running, {});
  const again = { key: id, body: { lane: "held", mission: "m" } };
  assertEquals((await running.request("POST", "/v1/dispatch", again)).status, 200);
  assertEquals((await running.request("POST", `/v1/missions/${id}/restart`)).status, 409);
  assertEquals((await running.request("POST", "/v1/admin/lanes/absent/pause")).status, 404);
  assertEquals((await recorded(running)).map(({ action }) => action), ["admin.apply", "mission.dispatch"]);
});

Deno.test("the audit counts equal refusals of a minute, and tells tokens that are known by their names", async () => {
  await using running = await openRunning(ON);
  const refused = (path: string, headers: Record<string, string>) =>
    running.request("GET", path, { as: "anonymous", headers });
  for (let time = 0; time < 3; time++) assertEquals((await refused("/v1/missions", AS_CI)).status, 403);
  assertEquals((await refused("/v1/missions", { authorization: "Bearer dispatch" })).status, 403);
  assertEquals((await refused("/v1/lanes", { authorization: "Bearer a wrong token" })).status, 401);
  const body = { lane: "other", mission: "m" };
  const beyond = await running.request("POST", "/v1/dispatch", { key: ids.mission(), body, headers: AS_CI });
  assertEquals(beyond.status, 403);
  const records = await recorded(running);
  assertEquals(records.map(({ actor, facts }) => [actor, facts.method, facts.route, facts.error]), [
    ["ci", "GET", "/v1/missions", "forbidden"],
    ["dispatch-token", "GET", "/v1/missions", "forbidden"],
    ["anonymous", "GET", "/v1/lanes", "unauthorized"],
    ["ci", "POST", "/v1/dispatch", "forbidden"],
  ]);
  assertEquals(records[3]?.facts.details, { token: "ci", lane: "other" });
  assert(records.every(({ action, address }) => action === "refused" && address === "127.0.0.1"));
  assertEquals(JSON.stringify(records).includes("token of"), false);
  assertEquals(JSON.stringify(records).includes("wrong token"), false);
});

Deno.test("equal refusals of a minute become one more record at its end, and all kinds beyond a thousand one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const clock = new HandClock();
    const config = dugdaleConfig({ listen: ":0", dataDir: folder, audit: { enabled: true } });
    using audit = new Audit({ store, clock, log: silentLog, config });
    const problem = { code: "forbidden", details: undefined } as const;
    const refuse = (actor: string) =>
      audit.refused({ actor, address: "a", method: "GET", route: "/", problem });
    for (let time = 0; time < 5; time++) refuse("x");
    for (let number = 0; number < 2000; number++) refuse(`y${number}`);
    clock.advance(60_000);
    store.flush();
    const rows = [...store.audit.after(0, { actor: "x" })?.rows ?? []];
    assertEquals(rows.map(({ facts }) => JSON.parse(facts).repeated), [undefined, 4]);
    const all = store.audit.after(0, {})?.rows ?? [];
    assert(all.length <= 1004, String(all.length));
    assertEquals(JSON.parse(all.at(-1)?.facts ?? "").repeated, 1000);
    refuse("x");
    store.flush();
    assertEquals(store.audit.after(0, { actor: "x" })?.rows.length, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the audit with follow goes on with new records, until the dugdale closes", async () => {
  const running = await openRunning(ON);
  await using _running = running;
  await running.apply({ held: { concurrency: 1, paused: true } });
  const response = await fetch(`${running.dugdale.url}/v1/admin/audit?follow=true&action=mission`, {
    headers: { authorization: "Bearer admin" },
  });
  const read = lines(response.body!, { maxBytes: 65_536 });
  for (const _ of [1, 2]) {
    const id = await dispatch(running, {});
    const { value } = await read.next();
    assertEquals(brief(JSON.parse(value ?? "")), ["admin-token", "mission.dispatch", id]);
  }
  const end = read.next();
  await running.dugdale.close();
  assertEquals((await end).done, true);
});

Deno.test("an audit that is off writes nothing and says so; what was recorded before can be read", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    {
      await using running = await openRunning({ dataDir });
      await running.apply({ held: { concurrency: 1, paused: true } });
      const { status, body } = await running.request("GET", "/v1/admin/audit");
      assertEquals([status, body.error], [404, "feature_disabled"]);
    }
    {
      await using running = await openRunning({ dataDir, audit: { enabled: true, dispatches: false } });
      await dispatch(running, {});
      await running.request("POST", "/v1/admin/lanes/held/pause");
    }
    await using running = await openRunning({ dataDir });
    await running.request("POST", "/v1/admin/lanes/held/pause");
    assertEquals((await recorded(running)).map(({ action }) => action), ["lane.pause"]);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("the audit's file gets each record as a line, after its commit", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const file = `${dataDir}/audit.ndjson`;
    await using running = await openRunning({ dataDir: `${dataDir}/data`, audit: { enabled: true, file } });
    await running.apply({ held: { concurrency: 1, paused: true } });
    await dispatch(running, {});
    const all = (await running.request("GET", "/v1/admin/audit")).text;
    assertEquals(await Deno.readTextFile(file), all);
    await Deno.rename(file, `${file}.1`);
    const settings = { enabled: true, file: `${file}.other` };
    const next = dugdaleConfig({ listen: "127.0.0.1:0", dataDir: `${dataDir}/data`, audit: settings });
    assertEquals(running.dugdale.reload({ ...next, admin: { tokens: ["admin"], tokenFile: "" } }), [
      "audit.file",
    ]);
    await running.request("POST", "/v1/admin/lanes/held/continue");
    assertEquals(
      await Deno.readTextFile(file),
      (await running.request("GET", "/v1/admin/audit?from=2")).text,
    );
    assertEquals(await Deno.readTextFile(`${file}.1`), all);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("the record of an action is in the transaction of the action", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await using running = await openRunning({ dataDir, audit: { enabled: true } });
    await running.apply({ held: { concurrency: 1, paused: true } });
    using database = new DatabaseSync(`${dataDir}/state.db`);
    // Without its record an action must not be done.
    database.exec(`CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT raise(FAIL, 'no records'); END`);
    const key = ids.mission();
    const body = { lane: "held", mission: "m" };
    assertEquals((await running.request("POST", "/v1/dispatch", { key, body })).status, 500);
    assertEquals((await running.request("GET", `/v1/missions/${key}`)).status, 404);
    assertEquals((await running.request("POST", "/v1/admin/lanes/held/continue")).status, 500);
    assertEquals((await running.request("GET", "/v1/lanes")).body[0].paused, true);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("records beyond their time are removed, the oldest first", async () => {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const row = { actor: "a", address: "", action: "x", target: null, facts: "{}" };
    await store.write(() => {
      for (let time = 1; time <= 10; time++) store.audit.add({ ...row, time });
    });
    assertEquals([store.audit.hasBefore(1), store.audit.hasBefore(2)], [false, true]);
    assertEquals(await store.write(() => store.audit.removeBefore(6, 3)), 3);
    assertEquals(await store.write(() => store.audit.removeBefore(6, 3)), 2);
    assertEquals(store.audit.after(0, {})?.rows.map(({ time }) => time), [6, 7, 8, 9, 10]);
    assertEquals(store.audit.hasBefore(6), false);
    assertEquals(await store.write(() => store.audit.removeBefore(100, 100)), 4);
    assertEquals([store.audit.hasBefore(100), store.audit.after(0, {})?.rows.length], [false, 1]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a dugdale removes records beyond cleanup.audit_ttl with each sweep, and no others", async () => {
  const clock = new HandClock({ wallMs: Date.now(), fromMs: 1000 });
  await using running = await openRunning({
    ...ON,
    clock,
    cleanup: { auditTtlMs: 3_600_000, sweepIntervalMs: 61_000 },
  });
  await clock.timer(61_000, 3);
  await running.apply({ held: { concurrency: 1, paused: true } });
  clock.advance(61_000);
  await clock.timer(61_000, 3);
  assertEquals((await recorded(running)).map(({ id }) => id), [1]);
  clock.suspend(3_600_000);
  await clock.timer(61_000, 3);
  assertEquals(
    (await recorded(running)).map(({ id }) => id),
    [1],
    "the newest stays, so that no id is given twice",
  );
  await running.request("POST", "/v1/admin/lanes/held/pause");
  clock.advance(61_000);
  await clock.timer(61_000, 3);
  assertEquals((await recorded(running)).map(({ id }) => id), [2]);
});
