import { assertEquals, assertStringIncludes } from "@std/assert";
import { Ids } from "../../protocol/ids.ts";
import { cli } from "../cli/cli_process.ts";
import { type Daemon, Place } from "../contract/daemon.ts";
import { OWN_TOKENS } from "../contract/settings.ts";
import { Area, bytes, sha256 } from "../dugdale/staging/area.ts";

const data = bytes(100);
const ids = new Ids();

Deno.test("uploads that were left after a byte do not keep others out: the longest idle one gives way", async () => {
  await using area = new Area({ limits: { maxIncompleteStagingUploads: 3 } });
  const left = [];
  for (let count = 0; count < 3; count++) {
    left.push((await area.put(data, { range: [0, 1] })).id);
    area.clock.aheadMs += 1000;
  }
  const young = await area.put(data);
  assertEquals([young.status, young.body.error], [503, "incomplete_uploads_full"]);
  area.clock.aheadMs += 60_000;
  // This one is not idle any more.
  await area.put(data, { id: left[0]!, range: [1, 2] });
  assertEquals((await area.put(data)).status, 201);
  const states = left.map((id) => area.store.staging.find(id)?.state);
  assertEquals(states, ["uploading", "deleting", "uploading"]);
  assertEquals((await area.put(data, { id: left[0]!, range: [2, 100] })).status, 201);
});

/** One byte of a hundred, or all of them, from an address behind a trusted proxy. */
async function send(daemon: Daemon, address: string, bytes: number): Promise<{ id: string; status: number }> {
  const id = ids.staging();
  const response = await fetch(`${daemon.url}/v1/staging/${id}`, {
    method: "PUT",
    headers: {
      "authorization": `Bearer ${OWN_TOKENS.dispatch}`,
      "x-forwarded-for": address,
      "x-letts-sha256": sha256(data),
      ...(bytes === data.length ? {} : { "content-range": `bytes 0-${bytes - 1}/${data.length}` }),
    },
    body: data.slice(0, bytes),
  });
  await response.body?.cancel();
  return { id, status: response.status };
}

async function unfinished(daemon: Daemon): Promise<{ staging_id: string; sender?: string }[]> {
  const response = await fetch(`${daemon.url}/v1/admin/uploads`, {
    headers: { authorization: `Bearer ${OWN_TOKENS.admin}` },
  });
  return (await response.json()).uploads;
}

Deno.test("an address with many unfinished uploads makes room for one with few, also after a restart", async () => {
  await using place = await Place.make({ limits: { max_incomplete_staging_uploads: 8 } });
  let left: string[] = [];
  {
    await using daemon = await place.start();
    for (let count = 0; count < 8; count++) assertEquals((await send(daemon, "10.0.0.1", 1)).status, 400);
    assertEquals((await send(daemon, "10.0.0.1", 1)).status, 503);
    assertEquals((await send(daemon, "10.0.0.2", 100)).status, 201);
    for (let count = 0; count < 4; count++) assertEquals((await send(daemon, "10.0.0.2", 1)).status, 400);
    // Each has its share now.
    assertEquals((await send(daemon, "10.0.0.2", 1)).status, 503);
    const senders = (await unfinished(daemon)).map(({ sender }) => sender).sort();
    assertEquals(senders, [...Array(4).fill("dispatch 10.0.0.1"), ...Array(4).fill("dispatch 10.0.0.2")]);
    left = (await unfinished(daemon)).map(({ staging_id }) => staging_id);
  }
  await using daemon = await place.start();
  assertEquals(
    (await unfinished(daemon)).map(({ staging_id, sender }) => [staging_id, sender]),
    left.map((id) => [id, undefined]),
  );
  assertEquals((await send(daemon, "10.0.0.3", 100)).status, 201);
  assertEquals((await unfinished(daemon)).length, 7);
});

Deno.test("letts ctl uploads lists unfinished uploads page by page, and gives one up", async () => {
  await using place = await Place.make();
  await using daemon = await place.start();
  const sent = [await send(daemon, "10.0.0.1", 1), await send(daemon, "10.0.0.2", 7)];
  const yaml = `auth: { admin_token: "${OWN_TOKENS.admin}" }\ndugdales: [{ id: s1, url: "${daemon.url}" }]\n`;
  await Deno.writeTextFile(`${place.dir}/letts.yaml`, yaml, { mode: 0o600 });
  const ctl = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await cli(["ctl", "uploads", ...args, "--host", "s1"], {
      cwd: place.dir,
    });
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  };
  const list = async () => JSON.parse(await ctl("list", "-o", "json")).uploads;
  const facts = (await list()).map((
    upload: { staging_id: string; bytes_received: number; size: number; sender: string; active: boolean },
  ) => [upload.staging_id, upload.bytes_received, upload.size, upload.sender, upload.active]);
  assertEquals(facts, [[sent[0]!.id, 1, 100, "dispatch 10.0.0.1", false], [
    sent[1]!.id,
    7,
    100,
    "dispatch 10.0.0.2",
    false,
  ]]);
  const first = JSON.parse(await ctl("list", "-o", "json", "--limit", "1"));
  assertEquals(first.uploads.length, 1);
  const second = JSON.parse(await ctl("list", "-o", "json", "--cursor", first.next_cursor));
  assertEquals(second.uploads.map((upload: { staging_id: string }) => upload.staging_id), [sent[1]!.id]);
  assertStringIncludes(await ctl("list"), "dispatch 10.0.0.2");
  assertEquals(await ctl("delete", sent[0]!.id), "");
  assertEquals((await list()).length, 1);
});
