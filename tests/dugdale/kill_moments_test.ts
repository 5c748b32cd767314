import { assert, assertEquals } from "@std/assert";
import { until } from "../contract/daemon.ts";
import { isAlive, saying, told } from "../contract/shell_missions.ts";
import type { Fields, Reply } from "../contract/dugdale.ts";
import { apply, assertProblem, MISSIONS, ownTest, STATE } from "../contract/harness.ts";
import { newId } from "../contract/ids.ts";
import { sharedFaulty } from "../contract/faulty.ts";
import { HeldFiles } from "./held_files.ts";

// So long that a leader's end is never followed by the end of its run before a test has looked.
const faulty = sharedFaulty({ limits: { reader_post_exit_grace: "30s" } });
const kill = (id: string): Promise<Reply> => faulty().dugdale.post(`/v1/missions/${id}/kill`);

ownTest("a kill in the queue ends the mission at once", async () => {
  const { dugdale } = faulty();
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  assertEquals((await kill(id)).body, { status: "killed" });
  assertKilled(await dugdale.record(id), undefined);
  await apply(dugdale, STATE);
});

ownTest("a kill between pickup and spawn ends the process as soon as there is one", async () => {
  const { dugdale } = faulty();
  const files = [{ role: "data", staging_id: await dugdale.stage("content") }];
  await using held = await HeldFiles.hold(faulty());
  const id = await dugdale.queue("forever.sh", { files });
  await until(async () => (await dugdale.record(id)).status === "running");
  assertEquals((await kill(id)).body, { status: "kill_sent" });
  assertEquals((await kill(id)).body, { status: "kill_sent" });
  const { status, pid } = await dugdale.record(id);
  assertEquals([status, pid], ["running", 0]);
  await held.release();
  assertKilled(await dugdale.done(id), "TERM");
  assertEquals(await milestones(id), ["queued", "running", "done"]);
});

ownTest("a kill while it runs ends the process", async () => {
  const { dugdale } = faulty();
  const id = await dugdale.queue("forever.sh");
  await dugdale.event(id, "progress", "ready");
  assertEquals((await kill(id)).body, { status: "kill_sent" });
  assertKilled(await dugdale.done(id), "TERM");
});

ownTest(
  "a kill between exit and the end of the output is the reason, whatever the mission said",
  async () => {
    const { dugdale } = faulty();
    const id = await dugdale.queue("leaves_child.sh");
    const { pid } = await dugdale.event(id, "running");
    await until(() => Promise.resolve(!isAlive(Number(pid))));
    assertEquals((await dugdale.record(id)).status, "running");
    assertEquals((await kill(id)).body, { status: "kill_sent" });
    const record = await dugdale.done(id);
    assertEquals([record.outcome, record.fail_reason, record.exit_code], ["killed", "killed_by_api", 0]);
    assert(!("return" in record));
    assert(!isAlive(Number(await dugdale.output(id, "stdout"))));
  },
);

ownTest(
  "a kill while outputs are collected is the reason, and nothing of them stays",
  async () => {
    const { dugdale } = faulty();
    await using held = await HeldFiles.hold(faulty());
    const id = await collecting();
    assertEquals((await kill(id)).body, { status: "kill_sent" });
    assertEquals((await dugdale.record(id)).status, "running");
    await held.release();
    const { outcome, fail_reason, outputs } = await dugdale.done(id);
    assertEquals([outcome, fail_reason, Object.keys(outputs as Fields)], ["killed", "killed_by_api", []]);
    assertProblem(await kill(id), 409, "mission_done");
  },
);

ownTest("a forced delete while outputs are collected ends that, and takes all of it", async () => {
  const { dugdale } = faulty();
  await using held = await HeldFiles.hold(faulty());
  const id = await collecting();
  const follower = dugdale.follow(id);
  assertEquals((await follower.next()).value?.event, "queued");
  const deleted = dugdale.call("DELETE", `/v1/missions/${id}?force=true`);
  assertEquals((await dugdale.record(id)).status, "running");
  await held.release();
  assertEquals((await deleted).status, 202);
  const followed = await Array.fromAsync(follower);
  assertEquals(followed.at(-1)?.outcome, "killed");
  assertEquals((await dugdale.get(`/v1/missions/${id}`)).status, 404);
});

ownTest("a start that cannot be recorded at once, because the database is locked, does no harm", async () => {
  const { dugdale, place } = faulty();
  const files = [{ role: "data", staging_id: await dugdale.stage("content") }];
  const said = "echo done; " + saying({ event: "progress", message: "last" });
  await using held = await HeldFiles.hold(faulty());
  const [long, short, shortest] = [
    await dugdale.queue("forever.sh", { files }),
    await dugdale.queue("obeys.sh", { input: told(`${said}sleep 0.2`), files }),
    // Its start and its end are one change, unless the machine is very busy.
    await dugdale.queue("succeeds.sh", { files }),
  ];
  for (const id of [long, short, shortest]) {
    await until(async () => (await dugdale.record(id)).status === "running");
  }
  {
    using _locked = faulty().locked();
    await held.release();
    for (const id of [short, shortest]) {
      const again = new RegExp(`"op":"(start|finalize)","mission_id":"${id}"`);
      await until(async () => again.test(await place.printed("stderr")));
    }
  }
  for (const id of [short, shortest]) {
    const record = await dugdale.done(id);
    assertEquals(record.outcome, "success");
    assert(Number(record.pid) > 0);
    // What it said while nothing could be written may be missing.
    assertEquals(await milestones(id), ["queued", "running", "done"]);
  }
  await dugdale.event(long, "running");
  await kill(long);
  assertKilled(await dugdale.done(long), "TERM");
});

ownTest(
  "a process whose start cannot be recorded is ended, and its end tells of it all the same",
  async () => {
    const { dugdale } = faulty();
    using _refusing = faulty().refusing("UPDATE OF process_start ON missions");
    const id = await dugdale.queue("forever.sh");
    const record = await dugdale.done(id);
    assertEquals([record.outcome, record.fail_reason], ["killed", "dugdale_shutdown"]);
    assert(Number(record.pid) > 0);
    assertEquals(await milestones(id), ["queued", "running", "done"]);
  },
);

/** A mission whose process is gone and whose output file is about to be collected. */
async function collecting(): Promise<string> {
  const id = newId();
  const commands = `echo content > out/file; ${saying({ event: "output_file", key: "file" })}`;
  await faulty().dugdale.queue("obeys.sh", { id, input: told(commands) });
  await until(() =>
    Promise.resolve(faulty().column(`SELECT ending FROM missions WHERE mission_id = '${id}'`)[0] !== null)
  );
  return id;
}

async function milestones(id: string): Promise<unknown[]> {
  return (await faulty().dugdale.events(id)).map(({ event }) => event).filter((event) =>
    event !== "progress"
  );
}

function assertKilled(record: Fields, signal: string | undefined): void {
  assertEquals([record.outcome, record.fail_reason, record.signal], ["killed", "killed_by_api", signal]);
}
