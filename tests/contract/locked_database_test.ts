import { assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import { newId } from "./ids.ts";
import { assertProblem, ownTest } from "./harness.ts";
import { Faulty } from "./faulty.ts";

ownTest(
  "while another process holds the lock, new work is refused and nothing is lost",
  async () => {
    await using faulty = await Faulty.start();
    const { dugdale, place } = faulty;
    const gate = `${place.dir}/gate`;
    const running = await dugdale.queue("waits_for_file.sh", { input: { gate } });
    await dugdale.event(running, "progress", "ready");
    const followed = dugdale.event(running, "done");
    const { mission_id: done } = await dugdale.run("silent.sh");
    const ids = { mission: newId(), exec: newId() };
    const requests = [
      () => dugdale.dispatch({ id: ids.mission, mission: "silent.sh" }),
      () =>
        dugdale.post("/v1/exec/dispatch", { lane: "fast", command: ["true"] }, {
          headers: { "idempotency-key": ids.exec },
        }),
      () => dugdale.post(`/v1/missions/${done}/restart`),
      () => dugdale.call("DELETE", `/v1/missions/${done}`),
    ];
    {
      using _locked = faulty.locked();
      for (const reply of await Promise.all(requests.map((send) => send()))) {
        assertProblem(
          reply,
          500,
          "db_error",
        );
      }
      assertEquals((await dugdale.record(running)).status, "running");
      assertEquals((await dugdale.get("/v1/readyz")).status, 200);
      await Deno.writeTextFile(gate, "");
      await until(async () =>
        (await place.printed("stderr")).includes(`"op":"finalize","mission_id":"${running}"`)
      );
      assertEquals((await dugdale.record(running)).status, "running");
    }
    assertEquals((await followed).outcome, "success");
    assertEquals((await dugdale.done(running)).outcome, "success");
    assertEquals((await Promise.all(requests.map((send) => send()))).map(({ status }) => status), [
      202,
      202,
      201,
      202,
    ]);
    for (const id of Object.values(ids)) assertEquals((await dugdale.done(id)).outcome, "success");
    await until(async () => (await dugdale.get("/v1/dugdale")).text.includes('{"queued":0,"running":0}'));
  },
);
