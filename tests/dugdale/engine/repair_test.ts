import { assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { setImmediate } from "node:timers";
import type { MissionId } from "../../../protocol/names.ts";
import { lineLog } from "../../../dugdale/host/log.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { processStart } from "../../../dugdale/host/proc_stat.ts";
import type { RunEnd } from "../../../dugdale/engine/run.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { type Answer, ids, openRunning, sha256 } from "../running.ts";
import { ending, newMission } from "../store/samples.ts";

/** A data directory as an earlier daemon has left it. */
class Left implements AsyncDisposable {
  readonly store: Store;
  readonly dataDir: DataDir;
  readonly lines: string[] = [];

  constructor(readonly folder: string) {
    this.store = new Store(`${folder}/state.db`, -2000);
    this.dataDir = new DataDir(folder);
    this.dataDir.make();
  }

  /** A mission that was picked up, and started if there is a process. */
  async running(pid = 0, start = 0): Promise<MissionId> {
    const missionId = ids.mission();
    await this.store.write(() => {
      const id = this.store.missions.insert(newMission({ missionId, lane: missionId }));
      this.store.missions.queue.claim(missionId, 1, 5);
      if (pid > 0) this.store.missions.start(id, pid, start, 6);
    });
    return missionId;
  }

  /** A mission that had ended well, with output files still to collect. */
  async collecting(outputs: string[], written: string[] = outputs): Promise<MissionId> {
    const missionId = await this.running(4711, 1);
    const end: RunEnd = {
      outputs,
      ending: ending("success", { returnValue: '{"a":1.0}', progressDropped: 3, truncatedStdout: true }),
    };
    await this.note(missionId, JSON.stringify(end));
    const out = `${this.dataDir.work(missionId)}/out`;
    mkdirSync(out, { recursive: true });
    for (const key of written) writeFileSync(`${out}/${key}`, `content of ${key}`);
    return missionId;
  }

  async note(missionId: MissionId, end: string): Promise<void> {
    const { id } = this.store.missions.find(missionId)!;
    await this.store.write(() => this.store.missions.noteEnding(id, end));
  }

  /** Starts a dugdale on it and answers the records of the missions, once these paths are gone. */
  async start(
    missions: readonly MissionId[],
    untilGone: readonly string[] = [],
  ): Promise<{ records: Answer["body"][]; files: Answer[] }> {
    this.store[Symbol.dispose]();
    const log = lineLog("error", "json", (line) => this.lines.push(line));
    await using running = await openRunning({ dataDir: this.folder, log });
    while (untilGone.some((path) => existsSync(path))) await new Promise(setImmediate);
    const records = [], files = [];
    for (const id of missions) records.push((await running.request("GET", `/v1/missions/${id}`)).body);
    const outputs = records.flatMap(({ outputs }) => Object.values(outputs ?? {}));
    for (const { staging_id } of outputs as { staging_id: string }[]) {
      files.push(await running.request("GET", `/v1/staging/${staging_id}`));
    }
    return { records, files };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.store[Symbol.dispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

async function openLeft(): Promise<Left> {
  return new Left(await Deno.makeTempDir());
}

Deno.test("a mission that was picked up and never started is lost", async () => {
  await using left = await openLeft();
  const { records: [record] } = await left.start([await left.running()]);
  assertEquals([record.status, record.outcome, record.exit_code, record.pid], ["done", "lost", 0, 0]);
  assertEquals("fail_reason" in record, false);
  assertStringIncludes(record.fail_message, "before its process was recorded");
  assertEquals(left.lines, []);
});

Deno.test("of a lost mission the group is killed if its leader is still the same process, and only then", async () => {
  await using left = await openLeft();
  const spawn = (): Deno.ChildProcess =>
    new Deno.Command("setsid", { args: ["sleep", "600"], stdin: "null", stdout: "null" }).spawn();
  await using same = spawn();
  await using other = spawn();
  const missions = [
    await left.running(same.pid, processStart(same.pid)),
    await left.running(other.pid, processStart(other.pid) + 1),
  ];
  const { records } = await left.start(missions);
  assertEquals((await same.status).signal, "SIGKILL");
  assertEquals(processStart(other.pid) > 0, true);
  assertEquals(records.map(({ outcome }) => outcome), ["lost", "lost"]);
  assertStringIncludes(records[0].fail_message, `process ${same.pid}, of which a leftover group was killed`);
  assertStringIncludes(records[1].fail_message, `process ${other.pid}, of which nothing was left`);
});

Deno.test("a mission that had ended well is finished with its output files", async () => {
  await using left = await openLeft();
  const { records: [record], files } = await left.start([await left.collecting(["b", "a"])]);
  assertEquals([record.outcome, record.return, record.truncated_stdout], ["success", { a: 1 }, true]);
  assertEquals(Object.keys(record.outputs), ["a", "b"]);
  assertEquals(record.outputs.a.sha256, sha256("content of a"));
  assertEquals(files.map(({ text }) => text), ["content of a", "content of b"]);
});

Deno.test("what a crash in the middle of the copies has left is removed, and they are made anew", async () => {
  await using left = await openLeft();
  const mission = await left.collecting(["a"]);
  const [copied, partial] = [ids.staging(), ids.staging()].map((id) => left.dataDir.staging(id));
  writeFileSync(copied!, "content of a");
  writeFileSync(`${partial}.tmp`, "cont");
  const { records: [record], files } = await left.start([mission], [copied!, `${partial}.tmp`]);
  assertEquals([record.outcome, files.map(({ text }) => text)], ["success", ["content of a"]]);
});

Deno.test("a mission whose output files are gone fails whole", async () => {
  await using left = await openLeft();
  const [all, one] = [await left.collecting(["a", "b"]), await left.collecting(["a", "b"], ["b"])];
  await Deno.remove(left.dataDir.work(all), { recursive: true });
  const { records } = await left.start([all, one]);
  assertEquals(records.map(({ outcome, fail_reason }) => [outcome, fail_reason]), [
    ["failed", "output_commit_failed"],
    ["failed", "missing_output"],
  ]);
  for (const record of records) {
    assertEquals(["return" in record, record.outputs ?? {}, record.exit_code], [false, {}, 0]);
  }
});

Deno.test("a mission that cannot be repaired is logged, and holds up no other one", async () => {
  await using left = await openLeft();
  const missions = [await left.collecting(["a"]), await left.running()];
  await left.note(missions[0]!, "nonsense");
  const { records } = await left.start(missions);
  assertEquals(records.map(({ status }) => status), ["running", "done"]);
  const logged = left.lines.map((line) => JSON.parse(line));
  assertEquals(logged.map(({ msg, op, mission_id }) => [msg, op, mission_id]), [
    ["db_error", "repair", missions[0]],
  ]);
});
