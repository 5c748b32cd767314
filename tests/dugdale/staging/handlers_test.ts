import { assertEquals } from "@std/assert";
import type { MissionId, StagingId } from "../../../protocol/names.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { answer, Area, bytes, sha256 } from "./area.ts";
import { ending, finish } from "../store/samples.ts";

const data = bytes(1000);

async function remove(area: Area, id: string, query = ""): Promise<[number, unknown]> {
  const { status, body } = await answer(id as StagingId, await area.request("DELETE", `/${id}${query}`));
  return [status, body.error === undefined ? body : { error: body.error, details: body.details }];
}

const pending: [number, unknown] = [202, { status: "deletion_pending" }];

Deno.test("DELETE hides a file until it is swept", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  assertEquals(await remove(area, id), pending);
  assertEquals(area.store.staging.find(id)?.state, "deleting");
  assertEquals(await remove(area, id), pending, "once more");
});

Deno.test("DELETE refuses what is not there", async () => {
  await using area = new Area();
  assertEquals((await remove(area, "nonsense"))[0], 400);
  assertEquals(await remove(area, area.ids.staging()), [404, { error: "not_found", details: undefined }]);
});

Deno.test("DELETE refuses a file that missions use, each named once", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  const twice = await area.mission([{ stagingId: id, role: "a" }, { stagingId: id, role: "b" }]);
  const once = await area.mission([{ stagingId: id, role: "a" }]);
  const details = { missions: [twice.missionId, once.missionId] };
  assertEquals(await remove(area, id), [409, { error: "staging_in_use", details }]);
  assertEquals(area.store.staging.find(id)?.state, "complete");
});

Deno.test("DELETE with force takes queued and done missions along", async () => {
  const hidden: number[] = [];
  await using area: Area = new Area({
    missions: {
      hide: (id) => {
        hidden.push(id);
        return area.store.missions.markDeleting(id) !== undefined;
      },
    },
  });
  const { id } = await area.put(data);
  const queued = await area.mission([{ stagingId: id, role: "a" }]);
  const done = await area.mission([{ stagingId: id, role: "a" }]);
  await area.store.write(() => finish(area.store, done.missionId, ending("success"), area.clock.wallMs()));
  assertEquals(await remove(area, id, "?force=TRUE"), pending);
  assertEquals(hidden, [queued.id, done.id]);
  for (const { missionId } of [queued, done]) {
    assertEquals(area.store.missions.find(missionId)?.status, "deleting");
  }
});

Deno.test("DELETE with force ends running missions first", async () => {
  const killed: MissionId[] = [];
  await using area = new Area({
    missions: {
      killForDelete: async (ids) => {
        killed.push(...ids);
        for (const id of ids) await end(area, id);
      },
    },
  });
  const { id } = await area.put(data);
  const mission = await area.mission([{ stagingId: id, role: "a" }]);
  await area.store.write(() => area.store.missions.queue.claim("main", 1, area.clock.wallMs()));
  assertEquals(await remove(area, id, "?force=true"), pending);
  assertEquals(killed, [mission.missionId]);
  assertEquals(area.store.missions.find(mission.missionId)?.status, "deleting");
});

Deno.test("DELETE with force passes on why a mission could not be ended", async () => {
  const killForDelete = () => Promise.reject(new ProblemError("force_delete_timeout", "it lives"));
  await using area = new Area({ missions: { killForDelete } });
  const { id } = await area.put(data);
  await area.mission([{ stagingId: id, role: "a" }]);
  await area.store.write(() => area.store.missions.queue.claim("main", 1, area.clock.wallMs()));
  assertEquals(await remove(area, id, "?force=true"), [504, {
    error: "force_delete_timeout",
    details: undefined,
  }]);
  assertEquals(area.store.staging.find(id)?.state, "complete");
});

Deno.test("DELETE with force refuses when a mission has started meanwhile", async () => {
  await using area = new Area({
    missions: {
      killForDelete: async (ids) => {
        for (const id of ids) await end(area, id);
        await area.store.write(() => area.store.missions.queue.claim("main", 1, area.clock.wallMs()));
      },
    },
  });
  const { id } = await area.put(data);
  await area.mission([{ stagingId: id, role: "a" }]);
  await area.store.write(() => area.store.missions.queue.claim("main", 1, area.clock.wallMs()));
  const late = await area.mission([{ stagingId: id, role: "a" }]);
  const details = { missions: [late.missionId] };
  assertEquals(await remove(area, id, "?force=true"), [409, { error: "staging_in_use", details }]);
  assertEquals(area.store.staging.find(id)?.state, "complete");
});

Deno.test("GET by content finds a complete file", async () => {
  await using area = new Area({ limits: { maxStagingUploadBytes: 5000 } });
  const { id } = await area.put(data);
  const part = bytes(2000);
  await area.put(part, { range: [0, 10] });
  const ask = async (path: string) => {
    const { status, body } = await answer(id, await area.request("GET", `/by-content/${path}`));
    return [status, body.error ?? body, body.details];
  };
  const digest = sha256(data);
  const found = { staging_id: id, sha256: digest, size: 1000 };
  assertEquals(await ask(`${digest}?size=1000`), [200, found, undefined]);
  assertEquals(await ask(`${digest.toUpperCase()}?size=1000`), [200, found, undefined]);
  assertEquals(await ask(`${digest}?size=999`), [404, "not_found", undefined]);
  assertEquals(await ask(`${sha256(part)}?size=2000`), [404, "not_found", undefined], "not complete");
  for (
    const query of ["", "?size=", "?size=0", "?size=-1", "?size=1.5", "?size=x", "?size=9223372036854775808"]
  ) {
    assertEquals(await ask(digest + query), [400, "bad_request", undefined], query);
  }
  assertEquals(await ask("abc?size=1000"), [400, "bad_request", undefined]);
  assertEquals(await ask(`${digest}?size=5001`), [400, "bad_request", { size: 5001, max: 5000 }]);
  await area.store.write(() => area.store.staging.markDeleting(id, 1));
  assertEquals(await ask(`${digest}?size=1000`), [404, "not_found", undefined]);
});

async function end(area: Area, missionId: MissionId): Promise<void> {
  await area.store.write(() => finish(area.store, missionId, ending("killed"), area.clock.wallMs()));
}
