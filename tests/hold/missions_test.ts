import { assert, assertEquals } from "@std/assert";
import { type Daemon, Place, until } from "../contract/daemon.ts";
import { Ids } from "../../protocol/ids.ts";
import type { Leftovers } from "../../protocol/mission.ts";
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
  readonly leftovers?: Leftovers;
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
  name: "without descriptors for another process a lane waits and logs it, and no mission crashes",
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
    // Permissions do not bind root, unless it has lost these privileges.
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

Deno.test({
  name:
    "a kill ends what a mission has started, also outside of its process group and without its environment",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make({ limits: { default_kill_grace: "200ms" } });
    await using daemon = await place.start();
    const pids = `${place.dir}/pids`;
    await missionOf(
      place,
      daemon,
      `setsid sh -c 'echo $$ >> ${pids}; exec sleep 1000' >/dev/null 2>&1 &
timeout 1000 sh -c 'echo $$ >> ${pids}; exec sleep 999' &
env -i setsid sh -c 'echo $$ >> ${pids}; trap "" TERM; while :; do sleep 1; done' &
sleep 1000`,
    );
    const id = await dispatch(daemon);
    const started = async () => (await Deno.readTextFile(pids).catch(() => "")).trim().split("\n");
    await until(async () => (await started()).length === 3);
    await ask(daemon, "POST", `missions/${id}/kill`);
    assertEquals((await ended(daemon, id)).outcome, "killed");
    for (const pid of await started()) await until(() => Promise.resolve(hasEnded(pid)));
  },
});

Deno.test({
  name:
    "a kill takes one grace, and ends what has left the group, the environment and the parents of its mission",
  ignore: !linux,
  fn: async () => {
    const limits = { default_kill_grace: "200ms", reader_post_exit_grace: "10m" };
    await using place = await Place.make({ limits });
    await using daemon = await place.start();
    const pids = `${place.dir}/pids`;
    await missionOf(
      place,
      daemon,
      `( env -i setsid sh -c 'echo $$ >> ${pids}; trap "" TERM; while :; do sleep 1; done' & )
trap "" TERM
while :; do sleep 1; done`,
    );
    const id = await dispatch(daemon);
    await until(() => Deno.readTextFile(pids).then((text) => text !== "", () => false));
    const pid = (await Deno.readTextFile(pids)).trim();
    await ask(daemon, "POST", `missions/${id}/kill`);
    assertEquals((await ended(daemon, id)).outcome, "killed");
    await until(() => Promise.resolve(hasEnded(pid)));
  },
});

Deno.test({
  name: "what outlives its parents becomes a child of the dugdale, which waits for it when it has ended",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    await using daemon = await place.start();
    const file = `${place.dir}/pid`;
    await missionOf(
      place,
      daemon,
      `( setsid sh -c 'echo $$ > ${file}; until [ -e ${file}.end ]; do sleep 0.1; done' >/dev/null 2>&1 3>&- & )`,
    );
    assertEquals((await ended(daemon, await dispatch(daemon))).outcome, "success");
    await until(() => Deno.readTextFile(file).then((text) => text !== "", () => false));
    const pid = (await Deno.readTextFile(file)).trim();
    const stat = async () => await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
    await until(async () => (await stat()).split(" ")[3] === String(daemon.pid));
    await Deno.writeTextFile(`${file}.end`, "");
    await until(async () => await stat() === "");
  },
});

Deno.test({
  name: "a mission of the same user cannot read the environment of its dugdale",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    // Root reads everything, unless it has lost these privileges.
    const bound =
      'exec setpriv --bounding-set=-sys_ptrace,-perfmon,-sys_admin -- "$@" >>"$PLACE/stdout" 2>>"$PLACE/stderr"';
    await using daemon = await place.start({
      env: { SECRET_OF_THE_DUGDALE: "x" },
      ...(Deno.uid() === 0 ? { before: bound } : {}),
    });
    await missionOf(place, daemon, `! grep -q SECRET_OF_THE_DUGDALE /proc/${daemon.pid}/environ`);
    assertEquals((await ended(daemon, await dispatch(daemon))).outcome, "success");
    // It sees its own descriptors: connections are still supervised.
    assertEquals((await place.printed("stderr")).includes('"ERROR"'), false);
  },
});

Deno.test({
  name: "what a mission of a killed dugdale has left is ended at the next start",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    const pids = `${place.dir}/pids`;
    let id: string;
    {
      await using daemon = await place.start();
      await missionOf(place, daemon, `setsid sh -c 'echo $$ >> ${pids}; exec sleep 1000' & sleep 1000`);
      id = await dispatch(daemon);
      await until(() => Deno.readTextFile(pids).then((text) => text !== "", () => false));
      daemon.signal("SIGKILL");
      await daemon.exited;
    }
    await using daemon = await place.start();
    assertEquals((await ended(daemon, id)).outcome, "lost");
    const pid = (await Deno.readTextFile(pids)).trim();
    await until(() => Promise.resolve(hasEnded(pid)));
  },
});

Deno.test({
  name: "what a mission leaves behind goes on, or ends with it where its lane says so",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make({ limits: { default_kill_grace: "200ms" } });
    await using daemon = await place.start();
    const file = `${place.dir}/pid`;
    await missionOf(
      place,
      daemon,
      `for run in setsid env; do
$run sh -c 'trap "" TERM; echo $$ >> ${file}; while :; do sleep 1; done' >/dev/null 2>&1 3>&- &
done
until [ "$(wc -l < ${file})" = 2 ]; do sleep 0.1; done
exit 0`,
    );
    const left = async (action: "left" | "killed"): Promise<string[]> => {
      await Deno.writeTextFile(file, "");
      const id = await dispatch(daemon);
      const { outcome, leftovers } = await ended(daemon, id);
      assertEquals([outcome, leftovers?.action, leftovers?.count], [
        "success",
        action,
        leftovers?.processes.length,
      ]);
      const pids = (await Deno.readTextFile(file)).trim().split("\n");
      const told = leftovers?.processes.filter(({ command }) => command === "sh").map(({ pid }) =>
        String(pid)
      );
      assertEquals(told?.sort(), pids.toSorted());
      const events = await fetch(`${daemon.url}/v1/missions/${id}/events`, {
        headers: { authorization: `Bearer ${OWN_TOKENS.admin}` },
      });
      assertEquals(JSON.parse((await events.text()).trim().split("\n").at(-1) ?? "").leftovers, leftovers);
      return pids;
    };
    const stays = await left("left");
    try {
      assertEquals(stays.map(hasEnded), [false, false]);
      await ask(daemon, "POST", "admin/apply", {
        mission_dir: `${place.dir}/missions`,
        lanes: { default: { concurrency: 1 } },
        lane_options: { default: { leftovers: "kill" } },
      });
      for (const pid of await left("killed")) await until(() => Promise.resolve(hasEnded(pid)));
      assertEquals(stays.map(hasEnded), [false, false]);
      assert((await place.printed("stderr")).includes('"action":"killed"'));
    } finally {
      for (const pid of stays) Deno.kill(Number(pid), "SIGKILL");
    }
  },
});

Deno.test({
  name: "processes that have left the group of a mission are told where its lane has an option for them",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    await using daemon = await place.start();
    const file = `${place.dir}/pids`;
    await Deno.writeTextFile(file, "");
    await missionOf(
      place,
      daemon,
      `setsid sh -c 'echo $$ >> ${file}; exec sleep 1000' >/dev/null 2>&1 3>&- &
lines=$(cat)
until [ "$(wc -l < ${file})" = "$lines" ]; do sleep 0.1; done`,
    );
    const left = async (lines: number): Promise<Leftovers | undefined> =>
      (await ended(daemon, await dispatch(daemon, { input: lines }))).leftovers;
    const pids = async (): Promise<string[]> => (await Deno.readTextFile(file)).trim().split("\n");
    try {
      assertEquals(await left(1), undefined);
      await ask(daemon, "POST", "admin/apply", {
        mission_dir: `${place.dir}/missions`,
        lanes: { default: { concurrency: 1 } },
        lane_options: { default: { leftovers: "leave" } },
      });
      const told = await left(2);
      const [, last] = await pids();
      assertEquals(told, { action: "left", count: 1, processes: [{ pid: Number(last), command: "sleep" }] });
    } finally {
      for (const pid of await pids()) Deno.kill(Number(pid), "SIGKILL");
    }
  },
});

Deno.test({
  name: "what the command of a hook leaves behind does not end with the mission that runs at that time",
  ignore: !linux,
  fn: async () => {
    const dir = await Deno.makeTempDir();
    const file = `${dir}/pid`;
    const left = `setsid sh -c 'echo $$ > ${file}; exec sleep 1000' >/dev/null 2>&1 &`;
    await using place = await Place.make({
      hooks: { local: { on: ["mission.starting"], command: ["sh", "-c", left] } },
    });
    await using daemon = await place.start();
    await missionOf(place, daemon, "sleep 1000");
    const id = await dispatch(daemon);
    await until(async () => (await place.printed("stderr")).includes("hook command ended"));
    await until(() => Deno.readTextFile(file).then((text) => text.endsWith("\n"), () => false));
    const pid = (await Deno.readTextFile(file)).trim();
    try {
      await ask(daemon, "POST", `missions/${id}/kill`);
      assertEquals((await ended(daemon, id)).outcome, "killed");
      assertEquals(hasEnded(pid), false);
    } finally {
      Deno.kill(Number(pid), "SIGKILL");
      await Deno.remove(dir, { recursive: true });
    }
  },
});

Deno.test({
  name: "a mission gets the limit on open files that its dugdale was started with, not the raised one",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make();
    // The shell stays, and is asked to end in place of the dugdale.
    const before = `ulimit -Sn 256
trap 'kill $dugdale' TERM
"$@" >>"$PLACE/stdout" 2>>"$PLACE/stderr" & dugdale=$!
until wait $dugdale; [ ! -e /proc/$dugdale ]; do :; done
exit`;
    await using daemon = await place.start({ before });
    const script = `until [ "$(ulimit -Sn)" = 256 ]; do sleep 0.01; done; [ "$(ulimit -Hn)" != 256 ]`;
    await missionOf(place, daemon, script);
    assertEquals((await ended(daemon, await dispatch(daemon, { timeout: "20s" }))).outcome, "success");
  },
});

Deno.test("a dispatch with files whose roles would share a variable is refused", async () => {
  await using place = await Place.make();
  await using daemon = await place.start();
  await missionOf(place, daemon, "exit 0");
  const upload = async (): Promise<string> => {
    const id = ids.staging();
    const headers = {
      authorization: `Bearer ${OWN_TOKENS.admin}`,
      "x-letts-sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
    };
    const reply = await fetch(`${daemon.url}/v1/staging/${id}`, { method: "PUT", headers, body: "x" });
    assertEquals((await reply.text(), reply.status), 201);
    return id;
  };
  const files = [{ role: "a", staging_id: await upload() }, { role: "a__SIZE", staging_id: await upload() }];
  const refused = await dispatch(daemon, { files }).catch(String);
  assert(refused.includes('"duplicate_role"') && refused.includes("a__SIZE"), refused);
  await dispatch(daemon, { files: [files[0], { ...files[1], role: "b__SIZE" }] });
});

Deno.test({
  name: "an output file that something keeps growing is taken with the size that it had, and collection ends",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make({ limits: { max_output_file_size: 0 } });
    await using daemon = await place.start();
    await missionOf(
      place,
      daemon,
      `head -c 20000000 /dev/zero > out/a
( while [ ! -e ${place.dir}/go ]; do head -c 4000000 /dev/zero; done >> out/a ) 2>&- 3>&- &
echo '{"event":"output_file","key":"a"}' >&3
echo '{"event":"success","return":null}' >&3`,
    );
    const { outcome } = await ended(daemon, await dispatch(daemon));
    await Deno.writeTextFile(`${place.dir}/go`, "");
    assertEquals(outcome, "success");
  },
});

/** Whether a process is gone, or is only waiting to be reaped. */
function hasEnded(pid: string): boolean {
  try {
    return /\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return true;
  }
}

/** Declares a file with a hole of 12 GiB, which takes some ten seconds to be hashed. */
const HUGE_OUTPUT = `truncate -s 12G "$LETTS_WORKDIR/out/huge"
echo '{"event":"output_file","key":"huge"}' >&3
echo '{"event":"success"}' >&3`;
const NO_CAP = { limits: { max_output_file_size: 0 } };

Deno.test({
  name: "a timeout ends the collection of a huge output file, and nothing of it stays",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make(NO_CAP);
    await using daemon = await place.start();
    await missionOf(place, daemon, HUGE_OUTPUT);
    const { outcome, fail_reason } = await ended(daemon, await dispatch(daemon, { timeout: "1s" }));
    assertEquals([outcome, fail_reason], ["timeout", undefined]);
    const left = await new Deno.Command("find", { args: [`${place.dataDir}/staging`, "-type", "f"] })
      .output();
    assertEquals(left.stdout.length, 0);
  },
});

Deno.test({
  name: "a mission that is killed while its output is collected ends as killed",
  ignore: !linux,
  fn: async () => {
    await using place = await Place.make(NO_CAP);
    await using daemon = await place.start();
    await missionOf(place, daemon, HUGE_OUTPUT);
    const id = await dispatch(daemon);
    const collected = async () =>
      (await Array.fromAsync(Deno.readDir(`${place.dir}/data/staging`))).length > 0;
    await until(collected);
    assertEquals(await ask(daemon, "POST", `missions/${id}/kill`), { status: "kill_sent" });
    const { outcome, fail_reason } = await ended(daemon, id);
    assertEquals([outcome, fail_reason], ["killed", "killed_by_api"]);
  },
});
