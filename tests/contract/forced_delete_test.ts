import { assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import type { Dugdale, Reply } from "./dugdale.ts";
import { assertProblem, ownTest } from "./harness.ts";
import { Faulty, sharedFaulty } from "./faulty.ts";
import { GatedMissions } from "./gated_missions.ts";

// So long that a mission that does not listen is still there when a caller's patience ends.
const faulty = sharedFaulty({ limits: { default_kill_grace: "10m" } });

ownTest(
  "forced DELETE of a mission or a file ends the mission although the caller disconnects",
  async () => {
    const { dugdale } = faulty();
    for (const kind of ["missions", "staging"] as const) {
      await using missions = new GatedMissions(dugdale);
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
  "kill and forced DELETE fail when the process of the mission cannot be signalled",
  async () => {
    await using own = await Faulty.start();
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

ownTest(
  "DELETE /v1/staging/{id} is refused when another mission with the file has just started",
  async () => {
    const { dugdale } = faulty();
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
  },
);

ownTest(
  "DELETE /v1/staging/{id} keeps a file that cannot be hidden, and its missions",
  async () => {
    const { dugdale } = faulty();
    const file = await dugdale.stage("content");
    const { mission_id: id } = await dugdale.run("silent.sh", {
      files: [{ role: "data", staging_id: file }],
    });
    const refusals = ["UPDATE ON staging_files", "UPDATE ON missions WHEN NEW.status = 'deleting'"];
    for (const refusal of refusals) {
      using _refusing = faulty().refusing(refusal);
      assertProblem(await remove(`staging/${file}`), 500, "db_error");
      assertEquals((await dugdale.record(String(id))).status, "done");
      assertEquals((await dugdale.get(`/v1/staging/${file}`)).text, "content");
    }
    {
      using _gone = faulty().without("staging_files");
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
  return (dugdale ?? faulty().dugdale).call("DELETE", `/v1/${path}?force=true`, options);
}
