import { assert, assertEquals } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import { sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, ownTest } from "./harness.ts";
import { Faulty } from "./faulty.ts";

ownTest(
  "a staged file that has vanished is gone for readers, and crashes a mission that needs it",
  async () => {
    await using faulty = await Faulty.start();
    const { dugdale } = faulty;
    const id = await dugdale.stage("content");
    await Deno.remove(faulty.find(id));
    assertProblem(await dugdale.get(`/v1/staging/${id}`), 410, "gone");
    const record = await dugdale.run("silent.sh", { files: [{ role: "data", staging_id: id }] });
    assertEquals(
      [record.outcome, record.fail_reason, record.exit_code, record.pid],
      ["crashed", "input_materialization_failed", 0, 0],
    );
    assertEquals((await dugdale.run("succeeds.sh")).outcome, "success");
  },
);

ownTest("an upload whose file is shorter than what was received goes on at the end of the file", async () => {
  await using faulty = await Faulty.start();
  const { dugdale } = faulty;
  const id = newId(), content = "0123456789";
  const put = (range: string, body: string) =>
    dugdale.call("PUT", `/v1/staging/${id}`, {
      headers: { "x-letts-sha256": digest, "content-range": `bytes ${range}/10` },
      body,
    });
  const digest = await sha256(content);
  assertEquals((await put("0-4", "01234")).body.error, "incomplete_upload");
  await Deno.truncate(faulty.find(id), 2);
  assertProblem(await put("5-9", "56789"), 416, "range_not_satisfiable", { bytes_received: 2 });
  await Deno.remove(faulty.find(id));
  assertProblem(await put("5-9", "56789"), 416, "range_not_satisfiable", { bytes_received: 0 });
  assertEquals((await put("0-9", content)).status, 201);
});

ownTest("output that has vanished is empty; output that cannot be opened is an io_error", async () => {
  await using faulty = await Faulty.start();
  const { dugdale } = faulty;
  const id = await dugdale.queue("obeys.sh", { input: told("echo out; echo err >&2") });
  await dugdale.done(id);
  await Deno.remove(faulty.find(`${id}-stdout`));
  assertEquals(await dugdale.output(id, "stdout"), "");
  const stderr = faulty.find(`${id}-stderr`);
  await Deno.remove(stderr);
  await Deno.symlink(stderr, stderr);
  assertProblem(await dugdale.get(`/v1/missions/${id}/output?stream=stderr`), 500, "io_error");
  assert((await dugdale.output(id, "combined")).includes('"out\\n"'));
});

ownTest("output that cannot be kept is dropped and told as such; mission and dugdale go on", async () => {
  await using faulty = await Faulty.start();
  const { dugdale, dataDir } = faulty;
  await Deno.remove(`${dataDir}/output`, { recursive: true });
  await Deno.writeTextFile(`${dataDir}/output`, "in the way");
  const commands = `echo out; seq 1 20000 >&2; ${saying({ event: "success", return: { end: true } })}`;
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  assertEquals([record.outcome, record.return], ["success", { end: true }]);
  assertEquals([record.truncated_stdout, record.truncated_stderr], [true, true]);
  const path = `/v1/missions/${record.mission_id}/output?stream=stdout`;
  assertProblem(await dugdale.get(path), 500, "io_error");
  await Deno.remove(`${dataDir}/output`);
  assertEquals((await dugdale.get(path)).text, "");
  const next = await dugdale.run("obeys.sh", { input: told("echo out") });
  assertEquals([next.outcome, next.truncated_stdout], ["success", false]);
  assertEquals(await dugdale.output(String(next.mission_id), "stdout"), "out\n");
});

ownTest("a log that cannot be written stops nothing", async () => {
  await using faulty = await Faulty.start({ log: { output: "/dev/full" } });
  const { dugdale } = faulty;
  const id = await dugdale.queue("succeeds.sh");
  assertEquals((await dugdale.event(id, "done")).outcome, "success");
  assertEquals((await dugdale.post(`/v1/missions/${id}/restart`)).status, 201);
  assertEquals((await dugdale.get("/v1/metrics", { as: "anonymous" })).status, 200);
});

ownTest("a working directory that cannot be made crashes the mission, and gives the slot back", async () => {
  await using faulty = await Faulty.start();
  const { dugdale, dataDir } = faulty;
  await Deno.remove(`${dataDir}/work`, { recursive: true });
  await Deno.writeTextFile(`${dataDir}/work`, "in the way");
  for (let time = 0; time < 3; time++) {
    const record = await dugdale.run("silent.sh", { lane: "slow" });
    assertEquals([record.outcome, record.fail_reason], ["crashed", "input_materialization_failed"]);
  }
  await Deno.remove(`${dataDir}/work`);
  await Deno.mkdir(`${dataDir}/work`);
  assertEquals((await dugdale.run("silent.sh", { lane: "slow" })).outcome, "success");
});

ownTest("a restart whose input is no longer complete names it", async () => {
  await using faulty = await Faulty.start();
  const { dugdale } = faulty;
  const id = await dugdale.stage("content");
  const mission = await dugdale.queue("silent.sh", { files: [{ role: "data", staging_id: id }] });
  await dugdale.done(mission);
  faulty.sql(`UPDATE staging_files SET state = 'deleting' WHERE staging_id = '${id}'`);
  const reply = await dugdale.post(`/v1/missions/${mission}/restart`);
  assertProblem(reply, 409, "input_artifacts_expired", { staging_id: id, role: "data" });
});

ownTest("an applied state that cannot be read is reported where it is asked for", async () => {
  await using faulty = await Faulty.start();
  const { dugdale } = faulty;
  const [config] = faulty.column("SELECT name FROM sqlite_schema WHERE name = 'config'");
  faulty.sql(`UPDATE ${config === undefined ? "applied SET state" : "config SET data"} = '{broken'`);
  assertProblem(await dugdale.get("/v1/admin/state"), 500, "internal");
  assertEquals((await dugdale.get("/v1/healthz")).status, 200);
});
