import { assertEquals, assertRejects } from "@std/assert";
import { WalSync } from "../../../dugdale/store/wal_sync.ts";

/** A disk that is done when the test says so. */
class Disk {
  readonly syncs: PromiseWithResolvers<void>[] = [];
  closed = false;
  syncData(): Promise<void> {
    const sync = Promise.withResolvers<void>();
    this.syncs.push(sync);
    return sync.promise;
  }
  syncDataSync(): void {}
  close(): void {
    this.closed = true;
  }
}

Deno.test("WalSync.durable() of those who come during an fsync waits for the next one, which they share", async () => {
  const disk = new Disk();
  using wal = new WalSync(disk);
  const order: string[] = [];
  const first = wal.durable().then(() => order.push("first"));
  const late = [wal.durable(), wal.durable()].map((sync) => sync.then(() => order.push("late")));
  disk.syncs[0]!.resolve();
  await first;
  assertEquals([order, disk.syncs.length], [["first"], 2]);
  disk.syncs[1]!.resolve();
  await Promise.all(late);
  assertEquals([order, disk.syncs.length], [["first", "late", "late"], 2]);
});

Deno.test("WalSync.durable() fails for those whose fsync failed, and for nobody else", async () => {
  const disk = new Disk();
  using wal = new WalSync(disk);
  const first = wal.durable(), second = wal.durable();
  disk.syncs[0]!.reject(new Error("input/output error"));
  await assertRejects(() => first, Error, "input/output error");
  disk.syncs[1]!.resolve();
  await second;
});

Deno.test("WalSync settles everybody when it is disposed of", async () => {
  const disk = new Disk();
  const wal = new WalSync(disk);
  const first = wal.durable(), second = wal.durable();
  wal[Symbol.dispose]();
  await second;
  assertEquals(disk.closed, true);
  disk.syncs[0]!.resolve();
  await first;
});
