import { assert, assertEquals } from "@std/assert";
import { type Daemon, Place, until } from "../contract/daemon.ts";
import { Ids } from "../../protocol/ids.ts";
import { OWN_TOKENS } from "../contract/settings.ts";

const ids = new Ids();
const linux = Deno.build.os === "linux";

async function ask(daemon: Daemon, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${daemon.url}/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${OWN_TOKENS.admin}`,
      "content-type": "application/json",
      ...(path === "dispatch" ? { "idempotency-key": ids.mission() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}

/** A mission script of the place, and a lane that runs it. */
async function missionOf(place: Place, daemon: Daemon, script: string, concurrency = 1): Promise<void> {
  await Deno.mkdir(`${place.dir}/missions`, { recursive: true });
  await Deno.writeTextFile(`${place.dir}/missions/it`, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  await ask(daemon, "POST", "admin/apply", {
    mission_dir: `${place.dir}/missions`,
    lanes: { default: { concurrency } },
  });
}

async function dispatch(daemon: Daemon, more: Record<string, unknown> = {}): Promise<string> {
  const body = { lane: "default", mission: "it", input: {}, ...more };
  return (await ask(daemon, "POST", "dispatch", body) as { mission_id: string }).mission_id;
}

interface Shown {
  readonly status: string;
  readonly outcome: string | null;
  readonly attempt?: number;
  readonly fail_reason: string | null;
  readonly fail_message: string | null;
}

async function shown(daemon: Daemon, id: string): Promise<Shown> {
  return await ask(daemon, "GET", `missions/${id}`) as Shown;
}

async function ended(daemon: Daemon, id: string): Promise<Shown> {
  let last: Shown | undefined;
  await until(async () => (last = await shown(daemon, id)).status === "done");
  return last!;
}

Deno.test({
  name: "without descriptors for another process a lane waits and says so, and no mission is spent",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    await using daemon = await place.start({ before: "ulimit -n 160" });
    await missionOf(place, daemon, `while [ ! -e ${place.dir}/go ]; do sleep 0.1; done`, 60);
    const missions: string[] = [];
    for (let count = 0; count < 60; count++) missions.push(await dispatch(daemon));
    const lane = async () =>
      (await ask(daemon, "GET", "lanes") as { waits_for?: string; queued: number }[])[0];
    await until(async () => (await lane())?.waits_for === "descriptors");
    const metrics = await (await fetch(`${daemon.url}/v1/metrics`)).text();
    assertEquals(metrics.match(/letts_lane_waiting.* (\d)/)?.[1], "1");
    await Deno.writeTextFile(`${place.dir}/go`, "");
    for (const id of missions) assertEquals((await ended(daemon, id)).outcome, "success");
    await until(async () => (await lane())?.waits_for === undefined);
    assert((await place.printed("stderr")).includes("lane waits"));
  },
});

Deno.test({
  name: "a folder nested 12,000 deep, a read-only and a locked one are removed, and the dugdale goes on",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make({ cleanup: { sweep_interval: "1s" } });
    // Permissions do not bind root, unless it has lost this privilege.
    const bound =
      'exec setpriv --bounding-set=-dac_override,-dac_read_search -- "$@" >>"$PLACE/stdout" 2>>"$PLACE/stderr"';
    await using daemon = await place.start(Deno.uid() === 0 ? { before: bound } : {});
    const script = `cd "$LETTS_TMPDIR"
mkdir -p go/cache && touch go/cache/file && chmod 555 go/cache go
mkdir locked && touch locked/file && chmod 000 locked
cd "$LETTS_WORKDIR"
mkdir out/ro && touch out/ro/file && chmod 555 out/ro
perl -e 'for (1..12000) { mkdir "d"; chdir "d" or die }'`;
    await missionOf(place, daemon, script);
    const id = await dispatch(daemon);
    assertEquals((await ended(daemon, id)).outcome, "success");
    const work = `${place.dataDir}/work/${id}`;
    await until(() => Promise.resolve([...Deno.readDirSync(`${work}/tmp`)].length === 0));
    await ask(daemon, "DELETE", `missions/${id}`);
    await until(async () => await Deno.lstat(work).then(() => false, () => true));
    assertEquals((await fetch(`${daemon.url}/v1/healthz`).then((r) => r.text())).includes("ok"), true);
  },
});
