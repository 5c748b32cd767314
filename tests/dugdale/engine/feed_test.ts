import { assertEquals } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Feed } from "../../../dugdale/engine/feed.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { openOutput } from "../../../dugdale/http/output.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";

/** A running mission on a real store, whose row can be had as often as wanted. */
async function withRunning(
  test: (parts: { store: Store; feed: Feed; dataDir: DataDir }, find: () => Row) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const missionId = ids.mission();
    await store.write(() => {
      store.missions.insert({
        missionId,
        kind: "mission",
        lane: "a",
        missionName: "m",
        createdMs: 1,
        timeoutMs: null,
        runtime: null,
        displayName: null,
        groupId: null,
        restartedFrom: null,
        traceparent: null,
        fingerprint: "",
        input: "null",
        files: [],
      });
      store.missions.claim("a", 1, 5);
    });
    const find = (): Row => store.missions.find(missionId)!;
    await test({ store, feed: new Feed(store), dataDir: new DataDir(folder) }, find);
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

Deno.test("Feed.events() holds nothing of the mission's row, whose input may be a megabyte", () =>
  withRunning(async ({ feed }, find) => {
    assertEquals(await holdsRow(find, (row) => feed.events(row, 0, true)), false);
  }));

Deno.test("openOutput() holds nothing of the mission's row", () =>
  withRunning(async (parts, find) => {
    assertEquals(await holdsRow(find, (row) => openOutput(row, "stdout", true, parts)), false);
  }));
