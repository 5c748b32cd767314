import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import { type Daemon, pause, Place, until } from "./daemon.ts";
import { isAlive, saying, told } from "./shell_missions.ts";
import { type Dugdale, type Fields, sha256 } from "./dugdale.ts";
import { apply, callsTo, ownTest, STATE } from "./harness.ts";
import { newId } from "./ids.ts";

ownTest(
  "after a kill of the dugdale a queued mission runs once, a running one is lost, a done one stays as it was",
  async () => {
    await using place = await Place.make();
    const log = `${place.dir}/runs`;
    const waiting: string[] = [];
    let done: Fields, running: Fields, grandchild: number;
    {
      await using daemon = await place.start();
      const dugdale = await prepared(daemon);
      done = await dugdale.run("obeys.sh", {
        input: told(`echo kept; ${saying({ event: "success", return: { a: 1 } })}`),
      });
      const id = await dugdale.queue("double_fork.sh", { lane: "slow" });
      await dugdale.event(id, "progress", "ready");
      running = await dugdale.record(id);
      grandchild = Number(await dugdale.output(id, "stdout"));
      for (let count = 0; count < 5; count++) {
        waiting.push(await dugdale.queue("logs_runs.sh", { lane: "slow", input: { log } }));
      }
      await killed(daemon);
    }
    assert(isAlive(Number(running.pid)) && isAlive(grandchild), "a mission outlives its dugdale");

    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    const id = String(running.mission_id);
    const lost = await dugdale.record(id);
    assertEquals(
      [lost.status, lost.outcome, lost.exit_code, lost.pid, lost.time_started],
      ["done", "lost", 0, running.pid, running.time_started],
    );
    assert(!("fail_reason" in lost) && String(lost.fail_message).includes(String(running.pid)));
    assertEquals(lost.duration_ms, Number(lost.time_finished) - Number(lost.time_started));
    assert(!isAlive(Number(running.pid)) && !isAlive(grandchild), "what was left of its group is killed");
    const events = await dugdale.events(id);
    assertEquals(events.map(({ event, seq }) => [event, seq]), [
      ["queued", 1],
      ["running", 2],
      ["progress", 3],
      ["done", 4],
    ]);
    assertEquals([events[3]?.outcome, events[3]?.duration_ms], ["lost", lost.duration_ms]);
    assertEquals(await dugdale.output(id, "stdout"), `${grandchild}\n`);

    for (const id of waiting) assertEquals((await dugdale.done(id)).outcome, "success");
    const starts = (await Deno.readTextFile(log)).split("\n").filter((line) => line.startsWith("start"));
    assertEquals(starts.map((line) => line.split(" ")[1]), waiting);
    assertEquals(await dugdale.record(String(done.mission_id)), done);
    assertEquals(await dugdale.output(String(done.mission_id), "stdout"), "kept\n");
  },
);

ownTest(
  "D3 a mission whose dugdale is killed between two attempts gets the next one, and none twice",
  async () => {
    await using place = await Place.make();
    const id = newId();
    {
      await using daemon = await place.start();
      const dugdale = await prepared(daemon);
      const more = { retry: { attempts: 3, backoff: "1h", jitter: 0 } };
      await dugdale.dispatch({ id, mission: "fails_until.sh", input: 3, ...more });
      await dugdale.event(id, "attempt");
      await killed(daemon);
    }
    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    const waiting = await dugdale.record(id);
    assertEquals([waiting.status, waiting.attempt], ["queued", 2]);
    await dugdale.post(`/v1/missions/${id}/run-now`);
    for await (const { event, attempt } of dugdale.follow(id)) {
      if (event === "attempt" && attempt === 2) {
        break;
      }
    }
    await dugdale.post(`/v1/missions/${id}/run-now`);
    const record = await dugdale.done(id);
    assertEquals([record.outcome, record.attempt, (record.attempts as unknown[]).length], ["success", 3, 2]);
    const tried = ["running", "attempt"];
    const events = await dugdale.events(id);
    assertEquals(events.map(({ event }) => event), ["queued", ...tried, ...tried, "running", "done"]);
    assertEquals(events.map(({ seq }) => seq), [1, 2, 3, 4, 5, 6, 7]);
    const output = ["attempt 1 of 3", "attempt 2 of 3", "attempt 3 of 3", ""];
    assertEquals((await dugdale.output(id, "stdout")).split("\n"), output);
  },
);

ownTest("a lost mission can be restarted, and a repeat of its dispatch gets its end", async () => {
  await using place = await Place.make();
  let id: string;
  {
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    id = await dugdale.queue("forever.sh");
    await dugdale.event(id, "running");
    await killed(daemon);
  }
  await using daemon = await place.start();
  const dugdale = callsTo(daemon);
  const repeat = await dugdale.dispatch({ id, mission: "forever.sh" });
  assertEquals([repeat.status, repeat.body], [200, { mission_id: id, status: "done" }]);
  const { mission_id } = (await dugdale.post(`/v1/missions/${id}/restart`)).body;
  await dugdale.event(String(mission_id), "progress", "ready");
  assertEquals((await dugdale.record(id)).outcome, "lost");
});

ownTest("a process that has the number of a lost one, but is another, is left alone", async () => {
  await using place = await Place.make();
  let id: string;
  {
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    id = await dugdale.queue("forever.sh");
    await dugdale.event(id, "progress", "ready");
    const { pid } = await dugdale.record(id);
    await killed(daemon);
    Deno.kill(-Number(pid), "SIGKILL");
  }
  // As after a restart of the machine: the pid belongs to another process by now.
  await using other = new Deno.Command("sleep", { args: ["600"], stdin: "null", stdout: "null" }).spawn();
  {
    using database = new DatabaseSync(`${place.dataDir}/state.db`);
    database.prepare("UPDATE missions SET pid = ? WHERE mission_id = ?").run(other.pid, id);
  }
  await using daemon = await place.start();
  assertEquals((await callsTo(daemon).record(id)).outcome, "lost");
  assert(isAlive(other.pid));
});

ownTest(
  "after a kill during collection a mission has its outcome with all output files, or fails without any",
  async () => {
    await using place = await Place.make({
      limits: { max_output_file_size: 0, max_output_files_per_mission: 0 },
    });
    const keys = Array.from({ length: 12 }, (_, index) => `file_${index}`), bytes = 4 * 1024 * 1024;
    const commands = keys.map((key) =>
      `head -c ${bytes} /dev/zero > out/${key}; ${saying({ event: "output_file", key })}`
    );
    const input = told(`${commands.join("\n")}${saying({ event: "success", return: { all: true } })}`);
    let id = "", status: unknown;
    // On a fast disk the moment may be over before it is seen.
    for (let attempt = 0; attempt < 10 && status !== "running"; attempt++) {
      await using daemon = await place.start();
      const dugdale = await prepared(daemon);
      id = await dugdale.queue("obeys.sh", { input });
      const { pid } = await dugdale.event(id, "running");
      while (isAlive(Number(pid))) await pause(1);
      status = (await dugdale.record(id)).status;
      await killed(daemon);
    }
    assertEquals(status, "running", "the kill always came too late to test anything");
    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    const record = await dugdale.record(id);
    assertEquals(record.status, "done");
    const outputs = Object(record.outputs);
    if (record.outcome === "success") {
      assertEquals(record.return, { all: true });
      assertEquals(Object.keys(outputs).sort(), [...keys].sort());
      const digest = await sha256(new Uint8Array(bytes));
      for (const { staging_id, sha256 } of Object.values(outputs) as Fields[]) {
        assertEquals(sha256, digest);
        const { status, headers } = await dugdale.call("HEAD", `/v1/staging/${staging_id}`);
        assertEquals([status, headers.get("content-length")], [200, String(bytes)]);
      }
    } else {
      assert(
        record.outcome === "lost" || record.fail_reason === "output_commit_failed",
        JSON.stringify(record),
      );
      assertEquals(outputs, {});
    }
    const events = await dugdale.events(id);
    assertEquals(events.filter(({ event }) => event === "done").length, 1);
    await until(() =>
      Promise.resolve(!filesIn(`${place.dataDir}/staging`).some((name) => name.endsWith(".tmp")))
    );
  },
);

ownTest("kills during the start leave each mission with exactly one outcome", async () => {
  await using place = await Place.make();
  const ids: string[] = [];
  {
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    for (let count = 0; count < 10; count++) ids.push(await dugdale.queue("forever.sh"));
    for (const id of ids) await dugdale.event(id, "running");
    await killed(daemon);
  }
  for (let time = 0; time < 6; time++) {
    await using daemon = place.spawn();
    await pause(40 + time * 25);
    await killed(daemon);
  }
  await using daemon = await place.start();
  const dugdale = callsTo(daemon);
  for (const id of ids) {
    assertEquals((await dugdale.record(id)).outcome, "lost");
    const names = (await dugdale.events(id)).map(({ event }) => event);
    assertEquals([names.at(-1), names.filter((name) => name === "done").length], ["done", 1]);
  }
  assertEquals((await dugdale.get("/v1/dugdale")).body.queue_summary, { queued: 0, running: 0 });
});

ownTest(
  "a database that is found damaged after a kill is reported by readyz, and by nothing else",
  async () => {
    await using place = await Place.make();
    let id: string;
    {
      await using daemon = await place.start();
      const dugdale = await prepared(daemon);
      id = await dugdale.queue("silent.sh");
      await dugdale.done(id);
      await killed(daemon);
    }
    {
      using database = new DatabaseSync(`${place.dataDir}/state.db`);
      database.exec("PRAGMA ignore_check_constraints = ON");
      database.prepare("UPDATE missions SET status = 'nonsense' WHERE mission_id = ?").run(id);
    }
    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    let ready = await dugdale.get("/v1/readyz");
    for (let time = 0; time < 100 && ready.status === 200; time++) {
      await pause(20);
      ready = await dugdale.get("/v1/readyz");
    }
    assertEquals([ready.status, ready.body.error], [503, "awaiting_manual_repair"]);
    assertEquals(Object.keys(Object(ready.body.details)).sort(), ["kind", "mission_id", "op"]);
    assertEquals((await dugdale.run("succeeds.sh")).outcome, "success");
  },
);

ownTest("a staged upload goes on where it was after a kill", async () => {
  await using place = await Place.make();
  const content = "0123456789".repeat(1000), id = "01999999-0000-7000-8000-000000000001";
  const headers = { "x-letts-sha256": await sha256(content) };
  {
    await using daemon = await place.start();
    const dugdale = await prepared(daemon);
    const first = await dugdale.call("PUT", `/v1/staging/${id}`, {
      headers: { ...headers, "content-range": "bytes 0-5999/10000" },
      body: content.slice(0, 6000),
    });
    assertEquals([first.body.error, first.body.details], ["incomplete_upload", { bytes_received: 6000 }]);
    await killed(daemon);
  }
  await using daemon = await place.start();
  const dugdale = callsTo(daemon);
  const head = await dugdale.call("HEAD", `/v1/staging/${id}`);
  assertEquals(head.headers.get("x-letts-bytes-received"), "6000");
  const rest = await dugdale.call("PUT", `/v1/staging/${id}`, {
    headers: { ...headers, "content-range": "bytes 6000-9999/10000" },
    body: content.slice(6000),
  });
  assertEquals(rest.status, 201, rest.text);
  assertEquals((await dugdale.get(`/v1/staging/${id}`)).text, content);
});

async function prepared(daemon: Daemon): Promise<Dugdale> {
  const dugdale = callsTo(daemon);
  await apply(dugdale, STATE);
  return dugdale;
}

async function killed(daemon: Daemon): Promise<void> {
  daemon.signal("SIGKILL");
  await daemon.exited;
}

function filesIn(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(`${dir}/${name}`) : [name]
  );
}
