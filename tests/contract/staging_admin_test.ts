import { assert, assertEquals } from "@std/assert";
import { pause } from "./daemon.ts";
import { saying, told } from "./shell_missions.ts";
import { type Fields, sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, MISSIONS, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale();
const PINNED = "9223372036854775807";
const remove = (id: string, query = "") => dugdale.call("DELETE", `/v1/staging/${id}${query}`);

Deno.test("DELETE of a file refuses an invalid id and an unknown file, and may be repeated", async () => {
  assertProblem(await remove("x"), 400, "bad_request");
  assertProblem(await remove(newId()), 404, "not_found");
  const id = await dugdale.stage("content");
  for (let time = 0; time < 3; time++) {
    const reply = await remove(id);
    assertEquals([reply.status, reply.body], [202, { status: "deletion_pending" }]);
  }
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 410, "deleting");
  assertEquals(
    (await dugdale.call("HEAD", `/v1/staging/${id}`)).headers.get("x-letts-upload-status"),
    "deleting",
  );
  const use = await dugdale.dispatch({ mission: "silent.sh", files: [{ role: "a", staging_id: id }] });
  assertEquals(use.body.error, "unknown_staging_ref");
});

Deno.test("DELETE keeps a file that missions use, in every state of theirs", async () => {
  const id = await dugdale.stage("content");
  const files = [{ role: "a", staging_id: id }, { role: "b", staging_id: id }];
  const first = await dugdale.queue("silent.sh", { files });
  await dugdale.done(first);
  const second = await dugdale.queue("silent.sh", { files });
  await dugdale.done(second);
  const reply = await remove(id);
  const { missions } = Object(reply.body.details);
  assertEquals([reply.status, reply.body.error, missions.sort()], [
    409,
    "staging_in_use",
    [first, second].sort(),
  ]);
});

Deno.test("DELETE with force deletes the missions too, and ends running ones first", async () => {
  const id = await dugdale.stage("content");
  const files = [{ role: "a", staging_id: id }];
  const done = await dugdale.queue("silent.sh", { files });
  await dugdale.done(done);
  const running = await dugdale.queue("forever.sh", { files });
  await dugdale.event(running, "progress", "ready");
  const ended = dugdale.event(running, "done");
  assertEquals((await remove(id, "?force=true")).status, 202);
  assertEquals((await ended).fail_reason, "force_delete");
  for (const mission of [done, running]) {
    assertEquals((await dugdale.get(`/v1/missions/${mission}`)).status, 404);
  }
});

Deno.test("DELETE of an output of a mission is refused with staging_in_use", async () => {
  const record = await dugdale.run("writes_outputs.sh");
  const { staging_id } = Object(record.outputs).first;
  assertEquals((await remove(staging_id)).body.error, "staging_in_use");
});

Deno.test("DELETE of an upload that is under way ends it", async () => {
  const id = newId();
  const headers = { "x-letts-sha256": "0".repeat(64), "content-range": "bytes 0-4/10" };
  await dugdale.call("PUT", `/v1/staging/${id}`, { headers, body: "01234" });
  assertEquals((await remove(id)).status, 202);
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 410, "deleting");
});

Deno.test("a restart whose input is gone reports which one", async () => {
  const id = await dugdale.stage("content");
  const mission = await dugdale.queue("silent.sh", { files: [{ role: "data", staging_id: id }] });
  await dugdale.done(mission);
  const { mission_id: again } = (await dugdale.post(`/v1/missions/${mission}/restart`)).body;
  await dugdale.done(String(again));
  await remove(id, "?force=true");
  const reply = await dugdale.post(`/v1/missions/${again}/restart`);
  assert(reply.body.error === "mission_deleting" || reply.body.error === "input_artifacts_expired");
});

Deno.test("GET /v1/staging lists the files of a mission with their references", async () => {
  await apply(dugdale, {
    mission_dir: MISSIONS,
    lanes: { ...Object(STATE.lanes), held: { concurrency: 1, paused: true } },
  });
  const first = await dugdale.stage("first");
  await pause(2);
  const second = await dugdale.stage("second");
  const files = [{ role: "b", staging_id: first }, { role: "a", staging_id: second }];
  const id = await dugdale.queue("silent.sh", { lane: "held", files });
  const { status, body, text } = await dugdale.get(`/v1/staging?mission_id=${id}`);
  const staging = body.staging as Fields[];
  assertEquals([status, staging.map(({ staging_id }) => staging_id)], [200, [second, first]]);
  const { time_created, time_updated, time_expires: _, ...rest } = staging[0] ?? {};
  assert(Number(time_created) > 0 && Number(time_updated) >= Number(time_created));
  assertEquals(rest, {
    staging_id: second,
    state: "complete",
    sha256: await sha256("second"),
    size: 6,
    bytes_received: 6,
    ref_kind: "input",
    role: "a",
  });
  assertEquals(text.match(/"time_expires":(\d+)/g), Array(2).fill(`"time_expires":${PINNED}`));
  await dugdale.post(`/v1/missions/${id}/kill`);
  await apply(dugdale, STATE);
});

daemonTest(
  "GET /v1/staging filters by kind of reference, has pages, and refuses invalid queries",
  async () => {
    const files = await Promise.all(
      ["x", "y", "z"].map(async (role) => ({ role, staging_id: await dugdale.stage(role) })),
    );
    const commands = `echo o > out/o; ${saying({ event: "output_file", key: "o" })}`;
    const { mission_id: id } = await dugdale.run("obeys.sh", { files, input: told(commands) });
    const list = async (query: string): Promise<{ roles: unknown[]; cursor: unknown }> => {
      const { body } = await dugdale.get(`/v1/staging?mission_id=${id}&${query}`);
      return { roles: (body.staging as Fields[]).map(({ role }) => role), cursor: body.next_cursor };
    };
    assertEquals((await list("")).roles.toSorted(), ["o", "x", "y", "z"]);
    assertEquals((await list("ref_kind=")).roles.length, 4);
    assertEquals((await list("ref_kind=input")).roles.toSorted(), ["x", "y", "z"]);
    assertEquals((await list("ref_kind=output")).roles, ["o"]);
    assertEquals((await list("ref_kind=script")).roles, []);
    const whole = (await list("")).roles, seen: unknown[] = [];
    for (let cursor: unknown = ""; cursor !== undefined;) {
      const page = await list(`limit=1&cursor=${cursor}`);
      seen.push(...page.roles);
      cursor = page.cursor;
    }
    assertEquals(seen, whole);
    for (
      const query of [
        "",
        "mission_id=x",
        `mission_id=${id}&ref_kind=other`,
        `mission_id=${id}&limit=0`,
        `mission_id=${id}&cursor=%21`,
      ]
    ) {
      assertProblem(await dugdale.get(`/v1/staging?${query}`), 400, "bad_request");
    }
    assertEquals((await dugdale.get(`/v1/staging?mission_id=${newId()}`)).body, { staging: [] });
  },
);

Deno.test("GET /v1/staging/by-content finds a complete file by digest and size", async () => {
  const content = `unique ${newId()}`, digest = await sha256(content);
  const find = (sha: string, size: number | string = content.length) =>
    dugdale.get(`/v1/staging/by-content/${sha}?size=${size}`, { as: "exec" });
  assertProblem(await find(digest), 404, "not_found");
  const id = await dugdale.stage(content);
  for (const sha of [digest, digest.toUpperCase()]) {
    const { status, body } = await find(sha);
    assertEquals([status, body], [200, { staging_id: id, sha256: digest, size: content.length }]);
  }
  assertProblem(await find(digest, content.length + 1), 404, "not_found");
  for (const sha of ["x", digest.slice(1), `${digest}0`]) assertProblem(await find(sha), 400, "bad_request");
  for (const size of ["", "0", "-1", "x", "1.5"]) assertProblem(await find(digest, size), 400, "bad_request");
  assertProblem(await dugdale.get(`/v1/staging/by-content/${digest}`, { as: "exec" }), 400, "bad_request");
  assertProblem(
    await dugdale.get(`/v1/staging/by-content/${digest}?size=1`, { as: "dispatch" }),
    403,
    "forbidden",
  );
  await remove(id);
  assertProblem(await find(digest), 404, "not_found");
});
