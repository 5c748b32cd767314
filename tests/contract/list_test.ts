import { assert, assertEquals } from "@std/assert";
import { pause } from "./daemon.ts";
import type { Fields } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, MISSIONS, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({ state: null });

async function list(query = ""): Promise<{ ids: string[]; missions: Fields[]; cursor: string | undefined }> {
  const { status, body, text } = await dugdale.get(`/v1/missions?${query}`);
  assertEquals(status, 200, text);
  const missions = body.missions as Fields[];
  return {
    missions,
    ids: missions.map(({ mission_id }) => String(mission_id)),
    cursor: body.next_cursor as string | undefined,
  };
}

/** One mission of each kind and fate, in a lane of their own; newest last. */
async function variety(): Promise<Readonly<Record<string, string>>> {
  const lane = `l${newId().slice(-12)}`;
  await apply(dugdale, {
    mission_dir: MISSIONS,
    lanes: { fast: { concurrency: 8 }, [lane]: { concurrency: 4 } },
  });
  const made: Record<string, string> = { lane };
  const add = async (name: string, make: () => Promise<string>): Promise<void> => {
    made[name] = await make();
    await pause(2);
  };
  await add("success", () => dugdale.queue("succeeds.sh", { lane }));
  await add("failed", () => dugdale.queue("exits_seven.sh", { lane }));
  await add("exec", async () => {
    const id = newId();
    const body = { lane, command: ["true"], group_id: id };
    await dugdale.post("/v1/exec/dispatch", body, { headers: { "idempotency-key": id } });
    return id;
  });
  for (const name of ["success", "failed", "exec"]) await dugdale.done(made[name] ?? "");
  await add("running", () => dugdale.queue("forever.sh", { lane }));
  await dugdale.event(made.running ?? "", "progress", "ready");
  await dugdale.post(`/v1/admin/lanes/${lane}/pause`);
  await add("queued", () => dugdale.queue("silent.sh", { lane }));
  await add("deleted", () => dugdale.queue("silent.sh", { lane }));
  await dugdale.call("DELETE", `/v1/missions/${made.deleted}`);
  return made;
}

Deno.test("GET /v1/missions lists whole records, newest first, without deleted ones", async () => {
  const made = await variety();
  const { missions, ids } = await list(`lane=${made.lane}`);
  assertEquals(ids, [made.queued, made.running, made.exec, made.failed, made.success]);
  for (const mission of missions) {
    assertEquals(mission, await dugdale.record(String(mission.mission_id)));
  }
});

Deno.test("a mission is listed when all filters match; unknown values match nothing", async () => {
  const made = await variety();
  const { lane, success, failed, exec, running, queued, deleted } = made;
  const cases: [string, (string | undefined)[]][] = [
    ["status=queued", [queued]],
    ["status=running", [running]],
    ["status=done", [exec, failed, success]],
    ["status=deleting", [deleted]],
    ["outcome=success", [exec, success]],
    ["outcome=failed", [failed]],
    ["kind=exec", [exec]],
    ["kind=mission&status=done", [failed, success]],
    [`group_id=${exec}`, [exec]],
    ["mission=S.SH", [success]],
    ["mission=seven", [failed]],
    ["mission_prefix=s", [queued, success]],
    ["mission_prefix=SUCC", [success]],
    ["mission_prefix=ucc", []],
    ["mission=%25", []],
    ["mission=_", [failed]],
    ["mission=%5C", []],
    ["status=nothing", []],
    ["outcome=Success", []],
    ["kind=mission&kind=exec", [queued, running, failed, success]],
    ["status=&outcome=&kind=&mission=&mission_prefix=&group_id=", [queued, running, exec, failed, success]],
  ];
  for (const [query, expected] of cases) {
    assertEquals((await list(`lane=${lane}&${query}`)).ids, expected, query);
  }
  assertEquals((await list("lane=nowhere")).ids, []);
});

Deno.test("order=finished sorts by the end and leaves out missions that have not ended", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { ends: { concurrency: 4 } } });
  const first = await dugdale.queue("forever.sh", { lane: "ends" });
  await dugdale.event(first, "progress", "ready");
  const second = await dugdale.queue("silent.sh", { lane: "ends" });
  const third = await dugdale.queue("forever.sh", { lane: "ends" });
  await dugdale.done(second);
  await pause(2);
  await dugdale.post(`/v1/missions/${first}/kill`);
  await dugdale.done(first);
  assertEquals((await list("lane=ends&order=finished")).ids, [first, second]);
  assertEquals((await list("lane=ends&order=created")).ids, [third, second, first]);
  assertEquals((await list("lane=ends&order=")).ids, [third, second, first]);
  assertProblem(await dugdale.get("/v1/missions?order=started"), 400, "bad_request");
});

Deno.test("since is inclusive and until exclusive, both by the creation", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { times: { concurrency: 4 } } });
  const ids: string[] = [];
  for (let count = 0; count < 4; count++) {
    ids.push(await dugdale.queue("silent.sh", { lane: "times" }));
    await pause(3);
  }
  const times = (await Promise.all(ids.map((id) => dugdale.done(id)))).map(({ time_created }) =>
    Number(time_created)
  );
  const [, second = 0, third = 0] = times;
  assertEquals((await list(`lane=times&since=${second}`)).ids, ids.slice(1).reverse());
  assertEquals((await list(`lane=times&until=${third}`)).ids, ids.slice(0, 2).reverse());
  assertEquals((await list(`lane=times&since=${second}&until=${third}`)).ids, [ids[1]]);
  assertEquals((await list(`lane=times&order=finished&until=${third}`)).ids.length, 2);
  for (const query of ["since=0", "since=-5", "until=0", "until=-1"]) {
    assertEquals((await list(`lane=times&${query}`)).ids.length, 4, query);
  }
  for (const query of ["since=x", "until=1.5", "since=1e3", "until=99999999999999999999"]) {
    assertProblem(await dugdale.get(`/v1/missions?${query}`), 400, "bad_request");
  }
});

Deno.test("limit bounds a page; the cursor leads through all of them, each mission once", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { pages: { concurrency: 16 } } });
  const made = await Promise.all(
    Array.from({ length: 23 }, () => dugdale.queue("silent.sh", { lane: "pages" })),
  );
  await Promise.all(made.map((id) => dugdale.done(id)));
  for (const order of ["created", "finished"]) {
    const whole = (await list(`lane=pages&order=${order}`)).ids;
    assertEquals([...whole].sort(), [...made].sort());
    for (const limit of [1, 5, 22, 23, 24]) {
      const seen: string[] = [];
      for (let cursor: string | undefined = ""; cursor !== undefined;) {
        const page = await list(`lane=pages&order=${order}&limit=${limit}&cursor=${cursor}`);
        assert(page.ids.length <= limit && (page.cursor === undefined || page.ids.length === limit));
        seen.push(...page.ids);
        cursor = page.cursor;
      }
      assertEquals(seen, whole, `${order} in pages of ${limit}`);
    }
  }
});

Deno.test("limit is a positive integer, 100 by default and at most 1000", async () => {
  for (const limit of ["0", "-1", "x", "1.5", "1e2"]) {
    assertProblem(await dugdale.get(`/v1/missions?limit=${limit}`), 400, "bad_request");
  }
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { many: { concurrency: 1, paused: true } } });
  await Promise.all(Array.from({ length: 101 }, () => dugdale.queue("silent.sh", { lane: "many" })));
  assertEquals((await list("lane=many")).ids.length, 100);
  assertEquals((await list("lane=many&limit=5000")).ids.length, 101);
});

Deno.test("the cursor is unpadded base64url of time and id, which clients may make too", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { cursors: { concurrency: 1 } } });
  const ids: string[] = [];
  for (let count = 0; count < 3; count++) ids.push(await dugdale.queue("silent.sh", { lane: "cursors" }));
  await Promise.all(ids.map((id) => dugdale.done(id)));
  const { missions, cursor = "" } = await list("lane=cursors&limit=1");
  const [newest] = missions;
  assertEquals(JSON.parse(atob(cursor.replaceAll("-", "+").replaceAll("_", "/"))), {
    time_created: newest?.time_created,
    mission_id: newest?.mission_id,
  });
  assert(!cursor.includes("="));
  const own = (value: unknown): string =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url", omitPadding: true });
  const at = { time_created: newest?.time_created, mission_id: newest?.mission_id, more: "unknown" };
  assertEquals((await list(`lane=cursors&cursor=${own(at)}`)).ids, [ids[1], ids[0]]);
  const finished = (await list("lane=cursors&order=finished")).missions[0];
  const atEnd = { time_finished: finished?.time_finished, mission_id: finished?.mission_id };
  assertEquals((await list(`lane=cursors&order=finished&cursor=${own(atEnd)}`)).ids, [ids[1], ids[0]]);
  assertEquals((await list(`lane=cursors&cursor=${own({ time_created: 1, mission_id: ids[0] })}`)).ids, []);
  for (const bad of ["x", "!!!!", own([]), own("x"), own({ time_created: "1" })]) {
    const reply = await dugdale.get(`/v1/missions?cursor=${bad}`);
    assertProblem(reply, 400, "bad_request");
  }
});

Deno.test("missions of one millisecond are ordered by id, whichever the filter", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { burst: { concurrency: 1, paused: true } } });
  await Promise.all(Array.from({ length: 60 }, () => dugdale.queue("silent.sh", { lane: "burst" })));
  for (const query of ["", "status=queued", "kind=mission", "mission=silent"]) {
    const { missions } = await list(`lane=burst&limit=1000&${query}`);
    const keys = missions.map(({ time_created, mission_id }) => `${time_created} ${mission_id}`);
    assertEquals(keys, [...keys].sort().reverse(), query);
  }
});
