import { assertEquals, assertStringIncludes } from "@std/assert";
import type { MissionId } from "../../../protocol/names.ts";
import type { StagingPage } from "../../../protocol/staging.ts";
import { Area, bytes, sha256 } from "./area.ts";
import { ending, finish } from "../store/samples.ts";

const data = bytes(1000);

async function list(area: Area, query: string): Promise<StagingPage> {
  const response = await area.request("GET", `?${query}`);
  assertEquals(response.status, 200);
  return await response.json();
}

async function threeInputs(area: Area): Promise<{ missionId: MissionId; ids: string[] }> {
  const files = [];
  for (const role of ["a", "b", "c"]) files.push({ stagingId: (await area.put(data)).id, role });
  const { missionId } = await area.mission(files);
  return { missionId, ids: files.map((file) => file.stagingId).sort().reverse() };
}

Deno.test("GET lists the files of a mission, the newest first", async () => {
  await using area = new Area();
  const { missionId, ids } = await threeInputs(area);
  await area.mission([{ stagingId: (await area.put(data)).id, role: "other" }]);
  const { staging, next_cursor } = await list(area, `mission_id=${missionId}`);
  assertEquals(staging.map((file) => file.staging_id), ids);
  assertEquals(next_cursor, undefined);
  const { time_created, time_updated, ...first } = staging[0]!;
  assertEquals(first, {
    staging_id: ids[0]!,
    state: "complete",
    sha256: sha256(data),
    size: 1000,
    bytes_received: 1000,
    time_expires: 9223372036854775807 as number,
    ref_kind: "input",
    role: "c",
  });
  assertEquals(time_updated! >= time_created, true);
});

Deno.test("GET writes the expiry of a pinned file with all its digits", async () => {
  await using area = new Area();
  const { missionId } = await threeInputs(area);
  const text = await (await area.request("GET", `?mission_id=${missionId}&limit=1`)).text();
  assertStringIncludes(text, '"time_expires":9223372036854775807}');
});

Deno.test("GET lists a mission's files page by page", async () => {
  await using area = new Area();
  const { missionId, ids } = await threeInputs(area);
  const first = await list(area, `mission_id=${missionId}&limit=2`);
  assertEquals(first.staging.map((file) => file.staging_id), ids.slice(0, 2));
  const cursor = JSON.parse(atob(first.next_cursor!.replaceAll("-", "+").replaceAll("_", "/")));
  assertEquals(cursor.staging_id, ids[1]);
  const second = await list(area, `mission_id=${missionId}&limit=2&cursor=${first.next_cursor}`);
  assertEquals(second.staging.map((file) => file.staging_id), ids.slice(2));
  assertEquals(second.next_cursor, undefined);
});

Deno.test("GET loses none of several uses of one file between pages", async () => {
  await using area = new Area();
  const { id } = await area.put(data);
  const { missionId } = await area.mission(["a", "b", "c"].map((role) => ({ stagingId: id, role })));
  const roles: string[] = [];
  let cursor: string | undefined = "";
  do {
    const page: StagingPage = await list(area, `mission_id=${missionId}&limit=1&cursor=${cursor}`);
    roles.push(...page.staging.map((file) => file.role));
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  assertEquals(roles, ["c", "b", "a"]);
});

Deno.test("GET accepts a cursor of creation time and id alone", async () => {
  await using area = new Area();
  const { missionId, ids } = await threeInputs(area);
  const { staging } = await list(area, `mission_id=${missionId}&limit=1`);
  const { time_created, staging_id } = staging[0]!;
  const cursor = btoa(JSON.stringify({ time_created, staging_id })).replaceAll("=", "");
  const rest = await list(area, `mission_id=${missionId}&cursor=${cursor}`);
  assertEquals(rest.staging.map((file) => file.staging_id), ids.slice(1));
});

Deno.test("GET lists one kind of file", async () => {
  await using area = new Area();
  const { id, missionId } = await area.mission([{ stagingId: (await area.put(data)).id, role: "in" }]);
  const stagingId = area.ids.staging();
  await area.store.write(() => {
    finish(area.store, missionId, ending("success"), area.clock.wallMs());
    area.store.staging.addOutput(id, { stagingId, role: "out", sha256: sha256(data), size: 1 }, 5);
  });
  const roles = async (kind: string) =>
    (await list(area, `mission_id=${missionId}&ref_kind=${kind}`)).staging.map((file) => file.role);
  assertEquals(await roles("input"), ["in"]);
  assertEquals(await roles("output"), ["out"]);
  assertEquals(await roles("script"), []);
  assertEquals(await roles(""), ["in", "out"]);
});

Deno.test("GET refuses to list for what is no mission id, kind, limit or cursor", async () => {
  await using area = new Area();
  const mission = `mission_id=${area.ids.mission()}`;
  assertEquals(await list(area, mission), { staging: [] }, "the mission need not exist");
  const wrong = ["", "mission_id=x", `${mission}&ref_kind=x`, `${mission}&limit=0`, `${mission}&limit=x`];
  for (
    const query of [...wrong, `${mission}&cursor=%25`, `${mission}&cursor=e30`, `${mission}&cursor=bnVsbA`]
  ) {
    const response = await area.request("GET", `?${query}`);
    assertEquals([response.status, (await response.json()).error], [400, "bad_request"], query);
  }
});
