import { assert, assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Followers } from "../../../dugdale/engine/followers.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { openOutput } from "../../../dugdale/http/output.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";
import { ending, newMission } from "../store/samples.ts";

/** A running mission on a real store, whose row can be had as often as wanted. */
async function withRunning(
  test: (parts: { store: Store; followers: Followers; dataDir: DataDir }, find: () => Row) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const missionId = ids.mission();
    await store.write(() => {
      store.missions.insert(newMission({ missionId }));
      store.missions.queue.claim("a", 1, 5);
    });
    const find = (): Row => store.missions.find(missionId)!;
    await test({ store, followers: new Followers(store), dataDir: new DataDir(folder) }, find);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

type Row = NonNullable<ReturnType<Store["missions"]["find"]>>;

/** Whether the row that the stream was opened with is still held. */
async function holdsRow(find: () => Row, open: (row: Row) => ReadableStream<Uint8Array>): Promise<boolean> {
  const row = new WeakRef(find());
  const stream = open(row.deref()!);
  // A WeakRef holds until the end of the turn.
  await new Promise((resolve) => setTimeout(resolve));
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const held = row.deref() !== undefined;
  await stream.cancel();
  return held;
}

Deno.test("Followers.events() does not keep the mission's record, whose input may be a megabyte", () =>
  withRunning(async ({ followers }, find) => {
    assertEquals(await holdsRow(find, (row) => followers.events(row, 0, true)), false);
  }));

Deno.test("openOutput() does not keep the mission's record", () =>
  withRunning(async (parts, find) => {
    assertEquals(
      await holdsRow(find, (row) => openOutput(row, { name: "stdout", follow: true }, parts)),
      false,
    );
  }));

/** What a stream gives at once. */
async function take(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
  return new TextDecoder().decode((await reader.read()).value);
}

Deno.test("Followers keeps no line for a follower that does not read: that one reads the database later", () =>
  withRunning(async ({ followers, store }, find) => {
    const { id } = find();
    await store.write(() => store.missions.start(id, 4711, 1, 6));
    const reader = followers.events(find(), 0, true).getReader();
    assertEquals((await take(reader)).match(/"seq":\d/g), ['"seq":1', '"seq":2']);
    for (let seq = 3; seq <= 1000; seq++) followers.publish(id, seq, () => `{"seq":${seq},"published":true}`);
    await store.write(() => store.missions.addProgress(id, 1000, '{"seq":1000,"stored":true}'));
    assertEquals(await take(reader), '{"seq":1000,"stored":true}\n');
    await reader.cancel();
  }));

Deno.test("Followers reports in order what is committed together with a start, though the start is published last", () =>
  withRunning(async ({ followers, store }, find) => {
    const { id } = find();
    const [all, late] = [0, 2].map((from) => followers.events(find(), from, true).getReader());
    assertEquals((await take(all!)).match(/"seq":\d/g), ['"seq":1']);
    const next = take(all!);
    await store.write(() => {
      store.missions.start(id, 4711, 1, 6);
      store.missions.addProgress(id, 3, '{"seq":3}');
    });
    followers.publish(id, 3, () => '{"seq":3}');
    followers.publish(id, 2, () => '{"seq":2}');
    assertEquals((await next).match(/"seq":\d/g), ['"seq":2', '"seq":3']);
    assertEquals(await take(late!), '{"seq":3}\n');
    await all!.cancel();
    await late!.cancel();
  }));

/** Counts the looks of followers into the tables. */
function countReads(store: Store): { readonly count: number } {
  const { missions } = store;
  const find = missions.find.bind(missions);
  const reads = { count: 0 };
  missions.find = (id) => {
    reads.count++;
    return find(id);
  };
  return reads;
}

Deno.test("Followers tells of a mission that is over soon from memory, and of what it has said from the tables", async () => {
  for (const said of [0, 2]) {
    await withRunning(async ({ followers, store }, find) => {
      const row = find();
      assert(row.status === "running");
      const start = { pid: 4711, startedMs: 6 };
      const [all, late] = [0, 2].map((from) => followers.events(row, from, true).getReader());
      const reads = countReads(store);
      assertEquals((await take(all!)).match(/"seq":\d/g), ['"seq":1']);
      const next = take(all!);
      assertEquals(reads.count, 0);
      const mission = await store.write(() => {
        for (let seq = 3; seq < 3 + said; seq++) store.missions.addProgress(row.id, seq, `{"seq":${seq}}`);
        return store.missions.finish(row, ending("success"), 9, start)!;
      });
      followers.hear({ change: "done", mission, start });
      const seqs = [2, 3, 4, 5].slice(0, 2 + said).map((seq) => `"seq":${seq}`);
      assertEquals((await next).match(/"seq":\d/g), seqs);
      assertEquals(reads.count, said === 0 ? 0 : 1);
      assertEquals((await all!.read()).done, true);
      assertEquals((await take(late!)).match(/"seq":\d/g), seqs.slice(1));
      assertEquals((await late!.read()).done, true);
    });
  }
});

Deno.test("Followers tells a follower of the next line, also when an earlier listener leaves twice", () =>
  withRunning(async ({ followers, store }, find) => {
    const { id } = find();
    const left = followers.onOutput(id, () => {});
    left?.[Symbol.dispose]();
    const reader = followers.events(find(), 0, true).getReader();
    await take(reader);
    const next = take(reader);
    left?.[Symbol.dispose]();
    await store.write(() => store.missions.start(id, 4711, 1, 6));
    followers.publish(id, 2, () => '{"seq":2}');
    assertEquals(await next, '{"seq":2}\n');
    await reader.cancel();
  }));

Deno.test("Followers.close() ends each stream after what there is to read", () =>
  withRunning(async ({ followers, store }, find) => {
    const { id } = find();
    await store.write(() => store.missions.start(id, 4711, 1, 6));
    const [prompt, late] = [0, 1].map(() => followers.events(find(), 0, true).getReader());
    const [, waiting] = [await take(prompt!), prompt!.read()];
    await store.write(() => store.missions.addProgress(id, 3, '{"seq":3}'));
    followers.publish(id, 3, () => '{"seq":3}');
    assertEquals(new TextDecoder().decode((await waiting).value), '{"seq":3}\n');
    const end = prompt!.read();
    followers.close();
    assertEquals((await end).done, true);
    assertEquals((await take(late!)).match(/"seq":\d/g), ['"seq":1', '"seq":2', '"seq":3']);
    assertEquals((await late!.read()).done, true);
    assertEquals(await new Response(followers.events(find(), 2, true)).text(), '{"seq":3}\n');
  }));

Deno.test("Followers reads the database for a follower that lags behind in pieces of 64 KiB, or of one line", () =>
  withRunning(async ({ followers, store }, find) => {
    const { id } = find();
    const lengths = [...Array<number>(10).fill(20_000), 100_000, 100_000, 1, 2, 3];
    await store.write(() => {
      store.missions.start(id, 4711, 1, 6);
      lengths.forEach((length, index) => store.missions.addProgress(id, index + 3, "x".repeat(length)));
    });
    const reader = followers.events(find(), 2, true).getReader();
    const pieces: number[][] = [];
    for (let lines = 0; lines < lengths.length; lines += pieces.at(-1)!.length) {
      pieces.push((await take(reader)).split("\n").slice(0, -1).map((line) => line.length));
    }
    const four = [20_000, 20_000, 20_000, 20_000];
    assertEquals(pieces, [four, four, [20_000, 20_000, 100_000], [100_000], [1, 2, 3]]);
    await reader.cancel();
  }));

Deno.test("Followers reports what a further attempt says only once its start is on record", () =>
  withRunning(async ({ followers, store }, find) => {
    const { id } = find();
    const lines = async (): Promise<string[]> =>
      (await new Response(followers.events(find(), 0, false)).text()).match(/"seq":\d+/g) ?? [];
    await store.write(() => {
      store.missions.start(id, 4711, 1, 6);
      store.missions.addProgress(id, 3, '{"seq":3}');
      const [row] = store.missions.running();
      store.missions.requeue(row!, { ending: ending("failed"), nowMs: 7, runAtMs: 7, start: undefined });
      store.missions.queue.claim("a", 1, 8);
      store.missions.addProgress(id, 6, '{"seq":6}');
    });
    const before = ['"seq":1', '"seq":2', '"seq":3', '"seq":4'];
    assertEquals(await lines(), before);
    await store.write(() => store.missions.start(id, 4712, 1, 9));
    assertEquals(await lines(), [...before, '"seq":5', '"seq":6']);
  }));
