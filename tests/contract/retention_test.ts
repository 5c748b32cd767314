import { assert, assertEquals } from "@std/assert";
import { type Daemon, pause, Place } from "./daemon.ts";
import { told } from "./shell_missions.ts";
import type { Dugdale } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { apply, callsTo, ownTest, STATE } from "./harness.ts";

const CLEANUP = { sweep_interval: "100ms", success_ttl: "700ms", failed_ttl: "1h", staging_ttl: "1h" };

ownTest("an old success is removed with its files; a failure and queued missions stay", async () => {
  await using place = await Place.make({ cleanup: CLEANUP });
  await using daemon = await place.start();
  const dugdale = await prepared(daemon);
  const failed = await dugdale.queue("exits_seven.sh");
  const done = await dugdale.queue("writes_outputs.sh");
  const running = await dugdale.queue("forever.sh");
  await dugdale.done(done);
  await dugdale.done(failed);
  await dugdale.event(running, "progress", "ready");
  await gone(dugdale, done);
  for (const path of [`/v1/missions/${done}/events`, `/v1/missions/${done}/output?stream=stdout`]) {
    await until(async () => (await dugdale.get(path)).status === 404);
  }
  await until(() => Promise.resolve(!filesIn(place.dataDir).some((name) => name.includes(done))));
  assertEquals((await dugdale.record(failed)).status, "done");
  assertEquals((await dugdale.record(running)).status, "running");
  // The id is not remembered: it is free again.
  assertEquals((await dugdale.dispatch({ id: done, mission: "silent.sh" })).status, 202);
});

ownTest(
  "a deleted mission goes with the next sweep, and a restart of it forgets where it came from",
  async () => {
    await using place = await Place.make({ cleanup: { ...CLEANUP, success_ttl: "1h" } });
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    const id = await dugdale.queue("silent.sh");
    await dugdale.done(id);
    const { mission_id: again } = (await dugdale.post(`/v1/missions/${id}/restart`)).body;
    assertEquals((await dugdale.done(String(again))).restarted_from, id);
    await dugdale.call("DELETE", `/v1/missions/${id}`);
    await until(async () => (await dugdale.get(`/v1/missions/${id}/events`)).status === 404);
    assertEquals("restarted_from" in await dugdale.record(String(again)), false);
  },
);

ownTest("an unused staged file expires; one that a mission waits for does not", async () => {
  await using place = await Place.make({ cleanup: { ...CLEANUP, success_ttl: "1h", staging_ttl: "1s" } });
  await using daemon = await place.start();
  const dugdale = await prepared(daemon);
  await dugdale.post("/v1/admin/lanes/slow/pause");
  const [unused, used] = await Promise.all([dugdale.stage("unused"), dugdale.stage("used")]);
  const mission = await dugdale.queue("silent.sh", {
    lane: "slow",
    files: [{ role: "a", staging_id: used }],
  });
  await until(async () => (await dugdale.get(`/v1/staging/${unused}`)).status !== 200);
  const { status, body } = await dugdale.get(`/v1/staging/${unused}`);
  assert(status === 404 || (status === 410 && body.error === "deleting"));
  assertEquals((await dugdale.get(`/v1/staging/${used}`)).status, 200);
  await dugdale.post("/v1/admin/lanes/slow/continue");
  assertEquals((await dugdale.done(mission)).outcome, "success");
  assertEquals((await dugdale.get(`/v1/staging/${used}`)).status, 200);
});

ownTest(
  "a file that was downloaded whole goes soon after its mission; a part, or a HEAD, does not count",
  async () => {
    await using place = await Place.make({
      cleanup: { ...CLEANUP, success_ttl: "1h", downloaded_grace: "100ms" },
    });
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    const [whole, part, head] = await Promise.all(["a", "b", "c"].map((text) => dugdale.stage(text)));
    const files = [whole, part, head].map((staging_id, index) => ({ role: `f${index}`, staging_id }));
    const { mission_id } = await dugdale.run("silent.sh", { files });
    assertEquals((await dugdale.get(`/v1/staging/${whole}`)).status, 200);
    assertEquals((await dugdale.get(`/v1/staging/${part}`, { headers: { range: "bytes=0-0" } })).status, 206);
    const state = async (id = ""): Promise<string | null> =>
      (await dugdale.call("HEAD", `/v1/staging/${id}`)).headers.get("x-letts-upload-status");
    assertEquals(await state(head), "complete");
    assertEquals(await state(whole), "complete");
    await dugdale.call("DELETE", `/v1/missions/${mission_id}`);
    await until(async () => await state(whole) !== "complete");
    for (const id of [part, head]) assertEquals(await state(id), "complete");
  },
);

ownTest("files without a record are removed at the start, and nothing else", async () => {
  await using place = await Place.make();
  const orphan = newId();
  let mission: string, staged: string;
  const strangers: string[] = [];
  {
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    staged = await dugdale.stage("content");
    mission = await dugdale.queue("obeys.sh", { input: told("echo printed") });
    await dugdale.done(mission);
    // Wherever files of that kind are kept, files without an owner appear beside them.
    for (const path of filesIn(place.dataDir)) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      if (!name.includes(mission) && name !== staged) continue;
      const stranger = path.replace(name, "not-of-a-dugdale");
      strangers.push(stranger);
      await Deno.writeTextFile(stranger, "x");
      await Deno.writeTextFile(
        path.replace(name, name.replace(mission, orphan).replace(staged, orphan)),
        "x",
      );
    }
    await Deno.writeTextFile(`${place.dataDir}/staging/stray`, "x");
    await Deno.mkdir(`${place.dataDir}/work/${orphan}/tmp`, { recursive: true });
  }
  const there = () => [...filesIn(place.dataDir), ...namesIn(`${place.dataDir}/work`)];
  assert(there().filter((name) => name.includes(orphan)).length >= 4);
  await using daemon = await place.start();
  await until(() => Promise.resolve(!there().some((name) => name.includes(orphan))));
  for (const stranger of strangers) assert(there().includes(stranger), stranger);
  const dugdale = callsTo(daemon);
  assertEquals(await dugdale.output(mission, "stdout"), "printed\n");
  assertEquals((await dugdale.get(`/v1/staging/${staged}`)).text, "content");
});

async function prepared(daemon: Daemon): Promise<Dugdale> {
  const dugdale = callsTo(daemon);
  await apply(dugdale, STATE);
  return dugdale;
}

function gone(dugdale: Dugdale, id: string): Promise<void> {
  return until(async () => (await dugdale.get(`/v1/missions/${id}`)).status === 404);
}

async function until(met: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!await met()) {
    assert(Date.now() < deadline, "it did not happen within 10 s");
    await pause(20);
  }
}

/** Paths of all files below a folder that may be changing. */
function filesIn(dir: string): string[] {
  try {
    return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
      isDirectory ? filesIn(`${dir}/${name}`) : [`${dir}/${name}`]
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function namesIn(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map(({ name }) => name);
}
