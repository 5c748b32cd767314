import { assert, assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import { told } from "./deeds.ts";
import type { Dispatch, Dugdale, Reply } from "./dugdale.ts";
import { assertProblem, ownTest } from "./harness.ts";
import { sharedSpoiled, Spoiled } from "./spoiled.ts";

// So long that a mission that does not listen is still there when a caller's patience ends.
const spoiled = sharedSpoiled({ limits: { default_kill_grace: "10m" } });

ownTest(
  "DELETE /v1/missions/{id} row 8, DELETE /v1/staging/{id} row 5: a mission does not end within 30 s",
  async () => {
    const { dugdale } = spoiled();
    await using missions = new Stubborn();
    const [first, second, third] = [await missions.start(), await missions.start(), await missions.start()];
    const sinceMs = performance.now();
    const [mission, staging, bulk] = await Promise.all([
      remove(`missions/${first.id}`),
      remove(`staging/${second.file}`),
      dugdale.post("/v1/missions/bulk-delete", { ids: [third.id], force: true }),
    ]);
    assert(performance.now() - sinceMs >= 29_900);
    for (const reply of [mission, staging]) assertProblem(reply, 504, "force_delete_timeout");
    assertEquals([bulk.status, bulk.body.results], [200, [
      { id: third.id, ok: false, error: "force_delete_timeout" },
    ]]);
    for (const { id } of [first, second, third]) assertEquals((await dugdale.record(id)).status, "running");
    assertEquals((await dugdale.get(`/v1/staging/${second.file}`)).status, 200);
    await missions.release();
    for (const { id } of [first, second, third]) {
      assertEquals((await dugdale.done(id)).fail_reason, "force_delete");
    }
    for (const path of [`missions/${first.id}`, `staging/${second.file}`, `missions/${third.id}`]) {
      assertEquals((await remove(path)).status, 202);
    }
  },
);

ownTest(
  "DELETE /v1/missions/{id} row 9, DELETE /v1/staging/{id} row 5: a caller leaves, the mission is ended all the same",
  async () => {
    const { dugdale } = spoiled();
    for (const kind of ["missions", "staging"] as const) {
      await using missions = new Stubborn();
      const { id, file } = await missions.start();
      const path = `${kind}/${kind === "missions" ? id : file}`;
      const leaving = new AbortController();
      const left = remove(path, leaving).catch(() => "left");
      await dugdale.event(id, "progress", "asked");
      leaving.abort();
      assertEquals(await left, "left");
      const counted = `{route="/v1/${kind}/{id}",method="DELETE",status="499"} 1\n`;
      await until(async () =>
        (await dugdale.get("/v1/metrics")).text.includes(`letts_http_requests_total${counted}`)
      );
      assertEquals((await dugdale.record(id)).status, "running");
      await missions.release();
      assertEquals((await dugdale.done(id)).fail_reason, "force_delete");
      assertEquals((await remove(path)).status, 202);
    }
  },
);

ownTest(
  "POST /v1/missions/{id}/kill row 10, DELETE /v1/missions/{id} row 7, DELETE /v1/staging/{id} row 5: nobody can reach the mission",
  async () => {
    await using own = await Spoiled.start();
    const { dugdale, place } = own;
    const file = await dugdale.stage("content");
    let id: string;
    {
      using _refusing = own.refusing("UPDATE ON missions WHEN NEW.status = 'done'");
      id = await dugdale.queue("silent.sh", { lane: "slow", files: [{ role: "data", staging_id: file }] });
      await until(async () =>
        (await place.printed("stderr")).includes(`"msg":"db_error","op":"finalize","mission_id":"${id}"`)
      );
    }
    assertProblem(await dugdale.post(`/v1/missions/${id}/kill`), 500, "internal");
    assertProblem(await remove(`missions/${id}`, { dugdale }), 500, "internal");
    assertProblem(await remove(`staging/${file}`, { dugdale }), 500, "internal");
    const { body } = await dugdale.post("/v1/missions/bulk-delete", { ids: [id], force: true });
    assertEquals(body.results, [{ id, ok: false, error: "internal" }]);
    assertEquals((await dugdale.call("DELETE", `/v1/missions/${id}`)).body.error, "mission_running");
    assertEquals((await dugdale.record(id)).status, "running");
    // Its slot is free again, and at the next start it is what it is: lost.
    assertEquals((await dugdale.run("silent.sh", { lane: "slow" })).outcome, "success");
    await own.restart();
    assertEquals((await own.dugdale.record(id)).outcome, "lost");
    assertEquals((await remove(`staging/${file}`, own)).status, 202);
  },
);

ownTest("DELETE /v1/staging/{id} row 6: another mission with the file has just started", async () => {
  const { dugdale } = spoiled();
  const files = [{ role: "data", staging_id: await dugdale.stage("content") }];
  const path = `staging/${files[0]?.staging_id}`;
  const running = await dugdale.queue("forever.sh", { lane: "slow", files });
  // It takes the slot in the very transaction that ends the first one.
  const next = await dugdale.queue("forever.sh", { lane: "slow", files });
  await dugdale.event(running, "progress", "ready");
  assertProblem(await remove(path), 409, "staging_in_use", { missions: [next] });
  assertEquals((await dugdale.record(running)).fail_reason, "force_delete");
  assertEquals((await dugdale.record(next)).status, "running");
  assertEquals((await remove(path)).status, 202);
  for (const id of [running, next]) assertEquals((await dugdale.get(`/v1/missions/${id}`)).status, 404);
});

ownTest(
  "DELETE /v1/staging/{id} row 8: a file that cannot be hidden stays, and so do its missions",
  async () => {
    const { dugdale } = spoiled();
    const file = await dugdale.stage("content");
    const { mission_id: id } = await dugdale.run("silent.sh", {
      files: [{ role: "data", staging_id: file }],
    });
    const refusals = ["UPDATE ON staging_files", "UPDATE ON missions WHEN NEW.status = 'deleting'"];
    for (const refusal of refusals) {
      using _refusing = spoiled().refusing(refusal);
      assertProblem(await remove(`staging/${file}`), 500, "db_error");
      assertEquals((await dugdale.record(String(id))).status, "done");
      assertEquals((await dugdale.get(`/v1/staging/${file}`)).text, "content");
    }
    {
      using _gone = spoiled().without("staging_files");
      assertProblem(await remove(`staging/${file}`), 500, "db_error");
    }
    assertEquals((await remove(`staging/${file}`)).status, 202);
  },
);

/** Deletes with force. */
function remove(
  path: string,
  { dugdale, signal }: { dugdale?: Dugdale; signal?: AbortSignal } = {},
): Promise<Reply> {
  const options = signal === undefined ? {} : { signal };
  return (dugdale ?? spoiled().dugdale).call("DELETE", `/v1/${path}?force=true`, options);
}

/** Missions that tell when they are asked to end, and end when they are released. */
class Stubborn implements AsyncDisposable {
  readonly #gate = Deno.makeTempFileSync({ prefix: "letts-contract-gate-" });
  readonly #ids: string[] = [];

  async start(): Promise<{ readonly id: string; readonly file: string }> {
    const { dugdale } = spoiled();
    const file = await dugdale.stage("content");
    const commands = `
      say() { echo '{"event":"progress","message":"'$1'"}' >&3; }
      trap 'say asked' TERM; say ready; while [ -e ${this.#gate} ]; do sleep 0.02; done`;
    const what: Dispatch = { input: told(commands), files: [{ role: "data", staging_id: file }] };
    const id = await dugdale.queue("obeys.sh", what);
    this.#ids.push(id);
    await dugdale.event(id, "progress", "ready");
    return { id, file };
  }

  async release(): Promise<void> {
    await Deno.remove(this.#gate).catch((error) => assert(error instanceof Deno.errors.NotFound));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
