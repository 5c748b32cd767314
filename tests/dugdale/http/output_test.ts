import { assertEquals, assertRejects } from "@std/assert";
import { Followers } from "../../../dugdale/engine/followers.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { openOutput } from "../../../dugdale/http/output.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { ids } from "../running.ts";
import { ending, finish, newMission } from "../store/samples.ts";

/** A running mission on a real store, and what its readers hold. */
class Printing implements AsyncDisposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly #store = new Store(`${this.#folder}/state.db`, -2000);
  readonly #followers = new Followers(this.#store);
  readonly #dataDir = new DataDir(this.#folder);
  readonly #missionId = ids.mission();
  readonly path: string = this.#dataDir.capture(this.#missionId, "stdout");
  listeners = 0;

  static async open(): Promise<Printing> {
    const printing = new Printing();
    await printing.#store.write(() => {
      printing.#store.missions.insert(newMission({ missionId: printing.#missionId }));
      printing.#store.missions.queue.claim("a", 1, 5);
    });
    return printing;
  }

  read(follow: boolean): ReadableStreamDefaultReader<Uint8Array> {
    const followers: Pick<Followers, "onOutput"> = {
      onOutput: (id, callback) => {
        const listening = this.#followers.onOutput(id, callback);
        this.listeners++;
        return {
          [Symbol.dispose]: () => {
            this.listeners--;
            listening?.[Symbol.dispose]();
          },
        };
      },
    };
    const parts = { store: this.#store, dataDir: this.#dataDir, followers };
    return openOutput(this.#row, { name: "stdout", follow }, parts).getReader();
  }

  async end(): Promise<void> {
    await this.#store.write(() => finish(this.#store, this.#missionId, ending("success"), 9));
    this.#followers.wrote(this.#row.id);
  }

  /** The descriptors that are open on the output. */
  get descriptors(): number {
    return [...Deno.readDirSync("/proc/self/fd")].filter(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/self/fd/${name}`) === this.path;
      } catch {
        return false; // of the listing itself, which is closed by now
      }
    }).length;
  }

  get #row() {
    return this.#store.missions.find(this.#missionId)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#store[Symbol.dispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

Deno.test("openOutput() leaves no descriptor and no listener after a stream that ended", async () => {
  await using printing = await Printing.open();
  Deno.writeTextFileSync(printing.path, "printed");
  const once = printing.read(false), following = printing.read(true);
  assertEquals([printing.descriptors, printing.listeners], [2, 1]);
  for (const reader of [once, following]) {
    assertEquals(new TextDecoder().decode((await reader.read()).value), "printed");
  }
  assertEquals((await once.read()).done, true);
  assertEquals([printing.descriptors, printing.listeners], [1, 1]);
  const last = following.read();
  await printing.end();
  assertEquals((await last).done, true);
  assertEquals([printing.descriptors, printing.listeners], [0, 0]);
});

Deno.test("openOutput() leaves no descriptor and no listener after a stream that was cancelled", async () => {
  await using printing = await Printing.open();
  Deno.writeTextFileSync(printing.path, "printed");
  const unread = printing.read(true), begun = printing.read(true), waiting = printing.read(true);
  await begun.read();
  await waiting.read();
  const next = waiting.read();
  assertEquals([printing.descriptors, printing.listeners], [3, 3]);
  for (const reader of [unread, begun, waiting]) await reader.cancel();
  assertEquals((await next).done, true);
  assertEquals([printing.descriptors, printing.listeners], [0, 0]);
});

Deno.test("openOutput() leaves no descriptor and no listener after a stream that broke", async () => {
  await using printing = await Printing.open();
  // It can be opened, but not read.
  Deno.mkdirSync(printing.path);
  const reader = printing.read(true);
  assertEquals([printing.descriptors, printing.listeners], [1, 1]);
  await assertRejects(() => reader.read(), Error, "EISDIR");
  assertEquals([printing.descriptors, printing.listeners], [0, 0]);
});
