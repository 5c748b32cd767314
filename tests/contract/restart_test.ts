import { assert, assertEquals, assertMatch } from "@std/assert";
import { told } from "./shell_missions.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, MISSIONS, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale();
const restart = (id: string) => dugdale.post(`/v1/missions/${id}/restart`);

Deno.test("restart refuses an invalid id and an unknown, deleted, queued or running mission", async () => {
  assertProblem(await restart("x"), 400, "bad_request");
  assertProblem(await restart(newId()), 404, "not_found");
  const running = await dugdale.queue("forever.sh", { lane: "slow" });
  await dugdale.event(running, "running");
  const queued = await dugdale.queue("silent.sh", { lane: "slow" });
  assertProblem(await restart(running), 409, "mission_not_done", { status: "running" });
  assertProblem(await restart(queued), 409, "mission_not_done", { status: "queued" });
  await dugdale.post(`/v1/missions/${running}/kill`);
  await dugdale.done(queued);
  await dugdale.call("DELETE", `/v1/missions/${queued}`);
  assertProblem(await restart(queued), 409, "mission_deleting");
});

Deno.test("restart needs the lane of the mission", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { brief: { concurrency: 1 } } });
  const id = await dugdale.queue("silent.sh", { lane: "brief" });
  await dugdale.done(id);
  await apply(dugdale, STATE);
  assertProblem(await restart(id), 400, "unknown_lane", { lane: "brief" });
});

Deno.test("restart needs the input files of the mission", async () => {
  const staged = await dugdale.stage("content");
  const id = await dugdale.queue("silent.sh", { files: [{ role: "data", staging_id: staged }] });
  await dugdale.done(id);
  assertEquals((await restart(id)).status, 201);
});

Deno.test("a restart is a new mission with the same lane, input, files and timeout", async () => {
  const staged = await dugdale.stage("content");
  const input = told('cat "$LETTS_IN_data"');
  const id = await dugdale.queue("obeys.sh", {
    input,
    timeout: "5m",
    files: [{ role: "data", staging_id: staged }],
  });
  const first = await dugdale.done(id);
  const reply = await restart(id);
  const { mission_id, ...rest } = reply.body;
  assertEquals([reply.status, rest], [201, { restarted_from: id, status: "queued" }]);
  assertMatch(String(mission_id), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const second = await dugdale.done(String(mission_id));
  const same = ["kind", "lane", "mission_name", "input", "input_fingerprint", "timeout_ms", "inputs"];
  for (const field of same) assertEquals(second[field], first[field], field);
  assertEquals(second.restarted_from, id);
  assert(Number(second.time_created) >= Number(first.time_finished));
  assertEquals(await dugdale.output(String(mission_id), "stdout"), "content");
  const [queued] = await dugdale.events(String(mission_id));
  assertEquals(queued, {
    seq: 1,
    event: "queued",
    mission_id,
    time_created: second.time_created,
    restarted_from: id,
  });
});

Deno.test("each restart makes another mission, in ascending ids", async () => {
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  const ids: string[] = [];
  for (let time = 0; time < 5; time++) ids.push(String((await restart(id)).body.mission_id));
  assertEquals(new Set(ids).size, 5);
  assertEquals([...ids].sort(), ids);
});

Deno.test("a restart runs as the first run did, whatever has been applied since", async () => {
  const id = await dugdale.queue("succeeds.sh");
  await dugdale.done(id);
  await apply(dugdale, { ...STATE, mission_dir: "/nowhere", runtime: { command_template: ["false"] } });
  const { mission_id } = (await restart(id)).body;
  assertEquals((await dugdale.done(String(mission_id))).outcome, "success");
  await apply(dugdale, STATE);
});

Deno.test("restarted_from is left out once the first mission is gone for good, not before", async () => {
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  const { mission_id } = (await restart(id)).body;
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  const { status, restarted_from } = await dugdale.done(String(mission_id));
  assertEquals(status, "done");
  assert(restarted_from === id || restarted_from === undefined);
});
