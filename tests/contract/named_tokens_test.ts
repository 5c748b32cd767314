import { assert, assertEquals } from "@std/assert";
import { type Route, type RouteKey, ROUTES } from "../../protocol/routes.ts";
import type { Fields, Reply } from "./dugdale.ts";
import { sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, MISSIONS, OWN, ownTest, sharedDugdale } from "./harness.ts";

const token = (name: string) => `contract-named-${name}`;
const named = (name: string, more: Fields) => ({ name, token: token(name), ...more });
/** Everything of these tokens is limited to lane `mine`, or to missions that are not `exits_seven.sh`. */
const LIMITED = ["lane-admin", "name-admin"] as const;

const dugdale = sharedDugdale({
  settings: {
    network: { open_metrics: false },
    tokens: [
      named("lane-admin", { scopes: ["admin"], lanes: ["mine"] }),
      named("name-admin", { scopes: ["admin"], missions: ["silent.sh", "writes_*"] }),
      named("lane-both", { scopes: ["dispatch", "exec"], lanes: ["mine"] }),
      named("viewer", { scopes: ["admin"], read_only: true }),
      named("both", { scopes: ["dispatch", "exec"] }),
      named("over", { scopes: ["admin"], expires: "2020-01-01" }),
      named("later", { scopes: ["dispatch"], expires: "2999-12-31T23:59:59+01:00" }),
    ],
  },
  state: {
    mission_dir: MISSIONS,
    lanes: { mine: { concurrency: 8 }, theirs: { concurrency: 8 }, held: { concurrency: 1, paused: true } },
    schedules: {
      mine: { lane: "mine", mission: "silent.sh", every: "1000h" },
      theirs: { lane: "theirs", mission: "exits_seven.sh", every: "1000h" },
    },
  },
});

type Options = { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };
const call = (name: string, method: string, path: string, { headers, ...rest }: Options = {}) =>
  dugdale.call(method, path, { ...rest, headers: { authorization: `Bearer ${token(name)}`, ...headers } });

/** A mission, and what belongs to it. */
interface Own {
  readonly id: string;
  readonly key: string;
  readonly input: string;
  readonly output: string | undefined;
}

async function make(lane: string, mission: string): Promise<Own> {
  const id = newId(), key = `key-${id}`, input = await dugdale.stage(`input of ${id}`);
  const body = { lane, mission, key, files: [{ role: "a", staging_id: input }] };
  const headers = { "idempotency-key": id };
  const sent = await dugdale.post("/v1/dispatch", body, { as: "dispatch", headers });
  assertEquals(sent.status, 202, sent.text);
  const { outputs } = await dugdale.done(id);
  return { id, key, input, output: Object(outputs).first?.staging_id };
}

let mine: Own, theirs: Own, exec: string;
if (OWN) {
  Deno.test.beforeAll(async () => {
    mine = await make("mine", "writes_outputs.sh");
    theirs = await make("theirs", "exits_seven.sh");
    exec = newId();
    const body = { lane: "theirs", command: ["true"] };
    const headers = { "idempotency-key": exec };
    assertEquals((await dugdale.post("/v1/exec/dispatch", body, { as: "exec", headers })).status, 202);
    await dugdale.done(exec);
  });
}

/** What is hidden answers exactly like what is not there. */
async function assertHidden(
  name: string,
  [method, path, options]: Request,
  id: string,
  absent: string,
): Promise<void> {
  const seen = await call(name, method, path, options);
  const rename = (value: unknown) => JSON.parse(JSON.stringify(value ?? null).replaceAll(id, absent));
  const [, , absentOptions] = [method, path, rename(options)];
  const unknown = await call(name, method, path.replace(id, absent), absentOptions ?? {});
  assertEquals([seen.status, rename(seen.body)], [unknown.status, unknown.body], `${name} ${method} ${path}`);
}

type Request = readonly [method: string, path: string, options?: Options];
/** What a route answers to a limited token. */
type Check = (name: string) => Promise<void>;

/** A route with an id in its path: what is theirs is hidden, what is ours is not. */
const byId = (
  request: (id: string) => Request,
  of: () => readonly [mine: string, theirs: string, absent: string],
): Check =>
async (name) => {
  const [own, other, absent] = of();
  await assertHidden(name, request(other), other, absent);
  const { status } = await call(name, ...request(own));
  assert(![401, 403, 404].includes(status), `${name} may not ${request(own).join(" ")}: ${status}`);
};
const missions = () => [mine.id, theirs.id, newId()] as const;
const inputs = () => [mine.input, theirs.input, newId()] as const;
const schedules = () => ["mine", "theirs", "absent"] as const;
const lanes = (verb: string): Check => async (name) => {
  const request = (lane: string) => ["POST", `/v1/admin/lanes/${lane}/${verb}`] as const;
  // A lane of which a token sees only some missions is not for it to stop.
  if (name === "name-admin") {
    return assertRefused(await call(name, ...request("mine")), name, { lane: "mine" });
  }
  await byId(request, () => ["mine", "theirs", "absent"])(name);
  await dugdale.post("/v1/admin/lanes/mine/continue");
};

function assertRefused(reply: Reply, token: string, details: Fields = {}): void {
  assertProblem(reply, 403, "forbidden", { token, ...details });
}

const dispatchOf = (name: string, body: Fields) =>
  call(name, "POST", "/v1/dispatch", { body, headers: { "idempotency-key": newId() } });
const listed = async (name: string, path: string, list: string, field: string) => {
  const { body, text } = await call(name, "GET", path);
  assert(Array.isArray(body[list]), text);
  return new Set(body[list].map((item: Fields) => item[field]));
};

const HELD = 40;

/** The routes that limited tokens may call. One that is not here fails the test. */
const CHECKS: Readonly<Partial<Record<RouteKey, Check>>> = {
  dispatch: async (name) => {
    const reply = await dispatchOf(name, { lane: "theirs", mission: "exits_seven.sh" });
    const lane = name === "lane-admin";
    assertRefused(reply, name, lane ? { lane: "theirs" } : { mission: "exits_seven.sh" });
    const absent = await dispatchOf(name, { lane: lane ? "absent" : "theirs", mission: "absent.sh" });
    assertRefused(absent, name, lane ? { lane: "absent" } : { mission: "absent.sh" });
    const next = { mission: "exits_seven.sh", lane: "theirs" };
    const after = await dispatchOf(name, { lane: "mine", mission: "silent.sh", on_success: next });
    assertRefused(after, name, lane ? { lane: "theirs" } : { mission: "exits_seven.sh" });
    assertEquals((await dispatchOf(name, { lane: "mine", mission: "silent.sh" })).status, 202);
  },
  dispatchBatch: async (name) => {
    const entry = (lane: string, mission: string) => ({ mission_id: newId(), lane, mission });
    const body = { missions: [entry("theirs", "exits_seven.sh"), entry("mine", "silent.sh")] };
    const { results } = (await call(name, "POST", "/v1/dispatch/batch", { body })).body;
    assert(Array.isArray(results));
    assertEquals(results.map(({ ok, error }) => [ok, error]), [[false, "forbidden"], [true, undefined]]);
  },
  execDispatch: async (name) => {
    const send = (lane: string) =>
      call(name, "POST", "/v1/exec/dispatch", {
        body: { lane, command: ["true"] },
        headers: { "idempotency-key": newId() },
      });
    const lane = name === "lane-admin";
    assertRefused(await send("theirs"), name, lane ? { lane: "theirs" } : { mission: "exec" });
    assertEquals((await send("mine")).status, lane ? 202 : 403);
  },
  listMissions: async (name) => {
    for (const query of ["", "&order=finished", "&status=done", "&outcome=failed,success"]) {
      const ids = await listed(name, `/v1/missions?limit=200${query}`, "missions", "mission_id");
      assertEquals([ids.has(mine.id), ids.has(theirs.id), ids.has(exec)], [true, false, false], query);
    }
    assertEquals((await listed(name, "/v1/missions?lane=theirs", "missions", "mission_id")).size, 0);
    assertEquals(
      (await listed(name, "/v1/missions?kind=exec&limit=200", "missions", "lane")).has("theirs"),
      false,
    );
  },
  failures: async (name) => {
    assertEquals((await call(name, "GET", "/v1/failures")).body.total, 0);
    assert(Number((await dugdale.get("/v1/failures")).body.total) > 0);
  },
  getMission: byId((id) => ["GET", `/v1/missions/${id}`], missions),
  getByKey: byId((key) => ["GET", `/v1/keys/${key}`], () => [mine.key, theirs.key, "absent"]),
  events: byId((id) => ["GET", `/v1/missions/${id}/events?follow=true`], missions),
  log: byId((id) => ["GET", `/v1/missions/${id}/log?follow=true`], missions),
  output: byId((id) => ["GET", `/v1/missions/${id}/output?stream=stdout&follow=true`], missions),
  restart: byId((id) => ["POST", `/v1/missions/${id}/restart`], missions),
  runNow: byId((id) => ["POST", `/v1/missions/${id}/run-now`], missions),
  kill: byId((id) => ["POST", `/v1/missions/${id}/kill`], missions),
  deleteMission: async (name) => {
    const own = await make("mine", "silent.sh");
    await byId((id) => ["DELETE", `/v1/missions/${id}?force=true`], () => [own.id, theirs.id, newId()])(name);
    assertEquals((await dugdale.get(`/v1/missions/${theirs.id}`)).status, 200);
  },
  bulkRestart: async (name) => {
    const { results } = (await call(name, "POST", "/v1/missions/bulk-restart", {
      body: { ids: [theirs.id, mine.id] },
    })).body;
    assert(Array.isArray(results));
    assertEquals(results.map(({ ok, error }) => [ok, error]), [[false, "not_found"], [true, undefined]]);
  },
  bulkDelete: async (name) => {
    const own = await make("mine", "silent.sh");
    const { results } = (await call(name, "POST", "/v1/missions/bulk-delete", {
      body: { ids: [theirs.id, own.id], force: true },
    })).body;
    assert(Array.isArray(results));
    assertEquals(results.map(({ ok, error }) => [ok, error]), [[false, "not_found"], [true, undefined]]);
  },
  pauseLane: lanes("pause"),
  continueLane: lanes("continue"),
  listSchedules: async (name) =>
    assertEquals([...await listed(name, "/v1/schedules", "schedules", "name")], ["mine"]),
  getSchedule: byId((id) => ["GET", `/v1/schedules/${id}`], schedules),
  nextOfSchedule: byId((id) => ["GET", `/v1/schedules/${id}/next`], schedules),
  pauseSchedule: byId((id) => ["POST", `/v1/schedules/${id}/pause`, { body: {} }], schedules),
  continueSchedule: byId((id) => ["POST", `/v1/schedules/${id}/continue`], schedules),
  runSchedule: byId((id) => ["POST", `/v1/schedules/${id}/run`], schedules),
  dugdale: async (name) => {
    const ids = Array.from({ length: HELD }, newId);
    const missions = ids.map((mission_id) => ({ mission_id, lane: "held", mission: "exits_seven.sh" }));
    assertEquals((await dugdale.post("/v1/dispatch/batch", { missions })).status, 200);
    const queued = async (name: string): Promise<number> =>
      Object((await call(name, "GET", "/v1/dugdale")).body.queue_summary).queued;
    // Others may wait for a moment too, but not so many.
    assert(await queued(name) < HELD && await queued("viewer") >= HELD);
    if (name === "name-admin") {
      const lanes: Fields[] = JSON.parse((await call(name, "GET", "/v1/lanes")).text);
      assertEquals(lanes.find(({ name }) => name === "held")?.queued, 0);
    }
    await dugdale.post("/v1/missions/bulk-delete", { ids });
  },
  whoami: async (name) => {
    const limits = name === "lane-admin" ? { lanes: ["mine"] } : { missions: ["silent.sh", "writes_*"] };
    const expected = { name, scopes: ["admin"], read_only: false, ...limits };
    assertEquals((await call(name, "GET", "/v1/whoami")).body, expected);
  },
  lanes: async (name) => {
    const reply: Fields[] = JSON.parse((await call(name, "GET", "/v1/lanes")).text);
    const names = reply.map(({ name }) => name);
    assertEquals(names.sort(), name === "lane-admin" ? ["mine"] : ["held", "mine", "theirs"]);
  },
  putStaging: async (name) => {
    const bytes = `input of ${theirs.id}`;
    const headers = { "x-letts-sha256": await sha256(bytes) };
    const refused = await call(name, "PUT", `/v1/staging/${theirs.input}`, { body: bytes, headers });
    assertProblem(refused, 409, "content_mismatch");
    const own = newId();
    assertEquals((await call(name, "PUT", `/v1/staging/${own}`, { body: bytes, headers })).status, 201);
    assertEquals((await call(name, "GET", `/v1/staging/${own}`)).text, bytes);
    const other = name === "lane-admin" ? "name-admin" : "lane-admin";
    await assertHidden(other, ["GET", `/v1/staging/${own}`], own, newId());
  },
  headStaging: byId((id) => ["HEAD", `/v1/staging/${id}`], inputs),
  getStaging: async (name) => {
    await byId((id) => ["GET", `/v1/staging/${id}`], inputs)(name);
    assertEquals((await call(name, "GET", `/v1/staging/${mine.output}`)).text, "one");
  },
  deleteStaging: byId((id) => ["DELETE", `/v1/staging/${id}`], inputs),
  listStaging: byId((id) => ["GET", `/v1/staging?mission_id=${id}`], missions),
  stagingByContent: async (name) => {
    const path = async ({ id }: Own) => {
      const text = `input of ${id}`;
      return `/v1/staging/by-content/${await sha256(text)}?size=${text.length}`;
    };
    assertEquals((await call(name, "GET", await path(mine))).body.staging_id, mine.input);
    const other = await make("theirs", "exits_seven.sh");
    assertProblem(await call(name, "GET", await path(other)), 404, "not_found");
  },
  stagingUploads: async (name) => {
    const part = async (own: string, id: string) => {
      const headers = { "x-letts-sha256": "0".repeat(64), "content-range": "bytes 0-1/9" };
      await call(own, "PUT", `/v1/staging/${id}`, { body: "ab", headers });
    };
    const own = newId(), other = newId();
    await part(name, own);
    await part("both", other);
    assertEquals([...await listed(name, "/v1/admin/uploads", "uploads", "staging_id")], [own]);
    assert((await listed("viewer", "/v1/admin/uploads", "uploads", "staging_id")).has(other));
    for (const id of [own, other]) await dugdale.call("DELETE", `/v1/staging/${id}`);
  },
};

for (const [key, route] of Object.entries(ROUTES) as [RouteKey, Route][]) {
  const { method, path, scope, narrowed } = route;
  if (scope === "none") continue;
  if (!narrowed) {
    ownTest(`${method} ${path} is refused to a token with limits`, async () => {
      for (const name of LIMITED) {
        assertRefused(await call(name, method, path.replace(/:\w+/, newId())), name);
      }
    });
    continue;
  }
  ownTest(`${method} ${path} shows and changes only what is within the limits of a token`, async () => {
    const check = CHECKS[key];
    assert(check, `no check of ${key}`);
    for (const name of LIMITED) await check(name);
  });
}

for (const [key, { method, path, scope }] of Object.entries(ROUTES) as [RouteKey, Route][]) {
  if (scope === "none" || method === "GET" || method === "HEAD") continue;
  ownTest(`${method} ${path} is refused to a token that may only read`, async () => {
    const reply = await call("viewer", method, path.replace(/:\w+/, newId()));
    assertRefused(reply, "viewer");
    assert(String(reply.body.message).endsWith("it may only read"), key);
  });
}

ownTest("a token that may only read sees everything", async () => {
  for (const id of [mine.id, theirs.id, exec]) {
    assertEquals((await call("viewer", "GET", `/v1/missions/${id}`)).status, 200);
  }
  assertEquals((await call("viewer", "GET", "/v1/admin/state")).status, 200);
});

ownTest("a token of the scopes dispatch and exec sees missions and commands", async () => {
  for (const id of [mine.id, exec]) {
    assertEquals((await call("both", "GET", `/v1/missions/${id}`)).status, 200);
  }
  const reply = await call("both", "GET", "/v1/missions");
  assertRefused(reply, "both");
  assertEquals(
    reply.body.message,
    "the token both may not call GET /v1/missions: it has the scope dispatch, exec, and the route needs admin",
  );
});

ownTest(
  "a token is refused from the moment on at which it expires, and does not count as a guess",
  async () => {
    for (let time = 0; time < 8; time++) {
      const reply = await call("over", "GET", "/v1/whoami");
      assertProblem(reply, 401, "unauthorized", { token: "over", expired_at: Date.UTC(2020, 0, 1) });
      assertEquals(reply.body.message, "the token over has expired on 2020-01-01T00:00:00.000Z");
    }
    const { body } = await call("later", "GET", "/v1/whoami");
    assertEquals(body, {
      name: "later",
      scopes: ["dispatch"],
      read_only: false,
      expires_at: Date.UTC(2999, 11, 31, 22, 59, 59),
    });
  },
);

ownTest("GET /v1/whoami calls a token without a name by its scope", async () => {
  for (const scope of ["dispatch", "exec", "admin"] as const) {
    const { body } = await dugdale.get("/v1/whoami", { as: scope });
    assertEquals(body, { name: `${scope}-token`, scopes: [scope], read_only: false });
  }
});

ownTest("GET /v1/metrics that is not open needs an admin token without limits", async () => {
  const status = async (name: string) => (await call(name, "GET", "/v1/metrics")).status;
  assertEquals((await dugdale.get("/v1/metrics", { as: "anonymous" })).status, 401);
  assertEquals((await dugdale.get("/v1/metrics", { as: "dispatch" })).status, 403);
  assertEquals([await status("lane-admin"), await status("name-admin"), await status("viewer")], [
    403,
    403,
    200,
  ]);
});

ownTest("a dispatch with files of others is one with files that are not there", async () => {
  const send = (id: string) =>
    dispatchOf("lane-both", {
      lane: "mine",
      mission: "silent.sh",
      files: [{ role: "a", staging_id: id }],
    });
  const other = await make("theirs", "exits_seven.sh");
  assertProblem(await send(other.input), 400, "unknown_staging_ref", { staging_id: other.input });
  const own = newId(), body = "ours";
  const headers = { "x-letts-sha256": await sha256(body) };
  assertEquals((await call("lane-both", "PUT", `/v1/staging/${own}`, { body, headers })).status, 201);
  assertEquals((await send(own)).status, 202);
});

ownTest("ids and keys of hidden missions are taken, and nothing is told of them", async () => {
  const id = newId(), key = `key-${id}`;
  const first = { lane: "theirs", mission: "exits_seven.sh", key };
  await dugdale.post("/v1/dispatch", first, { as: "dispatch", headers: { "idempotency-key": id } });
  const body = { lane: "mine", mission: "silent.sh" };
  const again = await call("lane-both", "POST", "/v1/dispatch", { body, headers: { "idempotency-key": id } });
  assertProblem(again, 409, "idempotency_conflict");
  const unique = await dispatchOf("lane-both", { ...body, key, unique: "kept" });
  assertProblem(unique, 409, "key_conflict", { key });
  assertEquals(unique.body.message, `key "${key}" is in use`);
});

ownTest(
  "a token with limits may remove a file only when all missions that use it are within them",
  async () => {
    const own = await make("mine", "silent.sh");
    const body = { lane: "theirs", mission: "exits_seven.sh", files: [{ role: "a", staging_id: own.input }] };
    const id = newId();
    await dugdale.post("/v1/dispatch", body, { as: "dispatch", headers: { "idempotency-key": id } });
    await dugdale.done(id);
    const reply = await call("lane-admin", "DELETE", `/v1/staging/${own.input}?force=true`);
    assertRefused(reply, "lane-admin", { staging_id: own.input });
  },
);
