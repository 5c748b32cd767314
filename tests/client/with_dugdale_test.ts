import { assert, assertEquals, assertRejects } from "@std/assert";
import { toText } from "@std/streams";
import { ConflictError, HttpError, MissionFailedError, WaitTimeoutError } from "../../client/mod.ts";
import { ID } from "./scripted.ts";
import { openFakePair, openPair } from "./with_dugdale.ts";

const TO = { route: "r" };
const TEXT = new TextEncoder().encode("some text");

for (const [name, open] of [["a dugdale", openPair], ["a fake dugdale", openFakePair]] as const) {
  Deno.test(`LettsClient agrees on a mission with files, progress, logs and outputs, with ${name}`, async () => {
    await using pair = await open();
    const { client, folder } = pair;
    await Deno.writeFile(`${folder}/text`, TEXT);
    const seen: string[] = [];
    const result = await client.run<{ bytes: number }>(TO, {
      mission: "count",
      files: { text: `${folder}/text` },
      logs: true,
      outputsTo: `${folder}/out`,
      onEvent: ({ event }) => seen.push(event),
    });
    assertEquals(result.return, { bytes: TEXT.length });
    assertEquals(seen, ["queued", "running", "progress", "done"]);
    assertEquals([result.logs?.stdout, result.logs?.stderr], ["counted\n", "oops\n"]);
    assertEquals(await Deno.readFile(`${folder}/out/copy`), TEXT);
    const mission = await client.getMission(result.missionId);
    assertEquals([mission?.status, mission?.outcome, mission?.inputs[0]?.role], ["done", "success", "text"]);
    assert(mission !== undefined);
    assertEquals(await new Response(await client.openOutput(mission, "copy")).bytes(), TEXT);
  });

  Deno.test(`dispatch() twice with one id and the same files is one mission; with others a conflict, with ${name}`, async () => {
    await using pair = await open();
    const { client } = pair;
    const go = { mission: "count", files: { text: TEXT }, missionId: ID };
    const first = await client.dispatch(TO, go);
    const second = await client.dispatch(TO, go);
    assertEquals(second.missionId, first.missionId);
    const other = { ...go, files: { text: new TextEncoder().encode("other text") } };
    const error = await assertRejects(() => client.dispatch(TO, other), ConflictError);
    assertEquals(error.code, "idempotency_conflict");
    let count = 0;
    for await (const _ of client.listMissions("here")) count++;
    assertEquals(count, 1);
  });

  Deno.test(`run() throws what a mission says about its failure, with ${name}`, async () => {
    await using pair = await open();
    const error = await assertRejects(() => pair.client.run(TO, { mission: "fails" }), MissionFailedError);
    assertEquals([error.result.failMessage, error.result.failDetails, error.result.exitCode], [
      "no such video",
      { video: 7 },
      3,
    ]);
  });

  Deno.test(`kill(), restart() and delete() do what they say, with ${name}`, async () => {
    await using pair = await open();
    const { client } = pair;
    const ref = await client.dispatch({ host: "here", lane: "paused" }, { mission: "forever" });
    assertEquals(await client.kill(ref), "killed");
    const again = await client.restart(ref);
    assertEquals((await client.getMission(again.missionId, { host: "here" }))?.restartedFrom, ref.missionId);
    await client.delete(again);
    assertEquals(await client.getMission(again.missionId, { host: "here" }), undefined);
    await using running = await client.start(TO, { mission: "forever", waitMs: 1000 });
    await assertRejects(() => running.result, WaitTimeoutError);
    assertEquals((await client.getMission(running.ref.missionId))?.status, "running");
    assertEquals(await client.kill(running.ref), "kill_sent");
    const ends = [];
    for await (const event of client.follow(running.ref)) {
      if (event.event === "done") ends.push(event.outcome);
    }
    assertEquals(ends, ["killed"]);
    const [item] = await client.bulkDelete("here", [running.ref.missionId]);
    assertEquals(item?.ok, true);
  });

  Deno.test(`what cannot be done is refused with the same code, with ${name}`, async () => {
    await using pair = await open();
    const { client } = pair;
    const done = await client.run(TO, { mission: "fails", throwOnFailure: false });
    const running = await client.dispatch(TO, { mission: "forever" });
    for await (const { event } of client.follow(running)) if (event === "running") break;
    const queued = await client.dispatch({ host: "here", lane: "paused" }, { mission: "count" });
    const missing = { host: "here", missionId: "01900000-0000-7000-8000-000000000000" };
    const { missionId } = missing;
    const { staging_id } = await client.upload("here", TEXT);
    const calls: readonly [code: string, status: number, () => Promise<unknown>][] = [
      ["mission_done", 409, () => client.kill(done)],
      ["mission_running", 409, () => client.delete(running)],
      ["mission_not_done", 409, () => client.restart(running)],
      ["mission_not_done", 409, () => client.restart(queued)],
      ["not_found", 404, () => client.kill(missing)],
      ["not_found", 404, () => client.restart(missing)],
      ["not_found", 404, () => client.missionText(missing)],
      ["not_found", 404, () => client.follow(missing).next()],
      ["not_found", 404, () => client.logs(missing, "stdout")],
      ["not_found", 404, () => client.download("here", missionId)],
      [
        "idempotency_conflict",
        409,
        () =>
          client.dispatch({ host: "here", lane: "normal" }, {
            mission: "fails",
            missionId: queued.missionId,
          }),
      ],
    ];
    for (const [code, status, call] of calls) {
      const error = await assertRejects(call, HttpError, undefined, code);
      assertEquals([error.code, error.status], [code, status], String(call));
    }
    await client.deleteStaging("here", staging_id);
    await assertRejects(() => client.download("here", staging_id), HttpError);
    const items = await client.bulkRestart("here", [done.missionId, running.missionId, missionId]);
    assertEquals(items.map(({ ok, error }) => [ok, error]), [[true, undefined], [false, "mission_not_done"], [
      false,
      "not_found",
    ]]);
    await client.kill(running);
  });

  Deno.test(`lanes(), state() and info() tell what was applied, with ${name}`, async () => {
    await using pair = await open();
    const { client } = pair;
    await client.pauseLane("here", "normal");
    assertEquals((await client.lanes("here")).map(({ name, paused }) => [name, paused]), [["normal", true], [
      "paused",
      true,
    ]]);
    await client.continueLane("here", "normal");
    assertEquals((await client.state("here")).state?.lanes?.normal, { concurrency: 2 });
    assertEquals((await client.info("here")).queue_summary, { queued: 0, running: 0 });
  });

  Deno.test(`exec() runs a command with script, input, standard input and output, with ${name}`, async () => {
    await using pair = await open();
    const { client, folder } = pair;
    const encode = (text: string) => new TextEncoder().encode(text);
    await using handle = await client.exec({ host: "here", lane: "normal" }, {
      command: ["sh", "script/script"],
      script: encode(`cat "$LETTS_IN_db" - > "$LETTS_OUT_both"; echo said`),
      in: { db: encode("data,") },
      stdin: encode("typed"),
      out: ["both"],
      logs: true,
      outputsTo: folder,
    });
    const { logs, exitCode } = await handle.result;
    assertEquals([logs?.stdout, exitCode], ["said\n", 0]);
    assertEquals(await Deno.readTextFile(`${folder}/both`), "data,typed");
  });

  Deno.test(`upload(), listStaging() and deleteStaging() do what they say, with ${name}`, async () => {
    await using pair = await open();
    const { client } = pair;
    const kept = await client.upload("here", TEXT);
    assertEquals(await client.findStaging("here", kept), kept);
    const part = await client.download("here", kept.staging_id, { range: { start: 5 } });
    assertEquals(await toText(part), "text");
    await client.deleteStaging("here", kept.staging_id);
    const { missionId } = await client.dispatch({ host: "here", lane: "paused" }, {
      mission: "count",
      files: { text: TEXT },
    });
    const page = await client.listStaging("here", { missionId }).page();
    assertEquals(page.items.map(({ role, ref_kind }) => [role, ref_kind]), [["text", "input"]]);
  });

  Deno.test(`runOnAll() and runMany() give an outcome for each, with ${name}`, async () => {
    await using pair = await open();
    const job = { ...TO, mission: "count", files: { text: TEXT } };
    const outcomes = await pair.client.runMany([job, job, { ...TO, mission: "fails" }]);
    assertEquals(outcomes.map((one) => one.ok && one.result.outcome), ["success", "success", "failed"]);
    const [only] = await pair.client.runOnAll({ lane: "normal" }, { mission: "fails" });
    assertEquals([only?.ok, only?.host], [true, "here"]);
  });
}
