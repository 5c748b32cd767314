import { assertEquals } from "@std/assert";
import { AppliedConfig } from "../../../dugdale/engine/applied.ts";
import type { Engine } from "../../../dugdale/engine/engine.ts";
import type { EngineParts } from "../../../dugdale/engine/parts.ts";
import { Store } from "../../../dugdale/store/store.ts";

const OPTIONS = { force: true, prune: false, forcePrune: false };

/** A configuration on a real store, without lanes that run anything. */
async function withApplied(test: (applied: AppliedConfig, store: Store) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    using store = new Store(`${folder}/state.db`, -2000);
    const parts = { store, clock: { wallMs: () => 9, steadyMs: () => 9 } } as unknown as EngineParts;
    const lanes = { set: () => ({ started: [], stopped: [], resized: [] }), find: () => undefined };
    await test(new AppliedConfig(parts, { lanes } as unknown as Engine), store);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where a mission that is dispatched now would be looked for. */
async function folderOf(applied: AppliedConfig, store: Store): Promise<string | undefined> {
  const id = await store.write(() => applied.runtimeId());
  return store.missions.runtime(id)?.mission_dir;
}

Deno.test("AppliedConfig.runtimeId() is the applied one, also after a dispatch in the moment of the apply", () =>
  withApplied(async (applied, store) => {
    await applied.apply({ mission_dir: "/old" }, OPTIONS);
    assertEquals(await folderOf(applied, store), "/old");
    const applying = applied.apply({ mission_dir: "/new" }, OPTIONS);
    // Applies take a turn to begin; this one shares its transaction.
    await Promise.resolve();
    await Promise.all([applying, ...Array.from({ length: 8 }, () => folderOf(applied, store))]);
    assertEquals(await folderOf(applied, store), "/new");
  }));

Deno.test("AppliedConfig.replay() finds the runtime of the last apply", () =>
  withApplied(async (applied, store) => {
    await applied.apply({ mission_dir: "/kept" }, OPTIONS);
    const { clock } = { clock: { wallMs: () => 9, steadyMs: () => 9 } };
    const lanes = { set: () => ({}) };
    const next = new AppliedConfig(
      { store, clock } as unknown as EngineParts,
      { lanes } as unknown as Engine,
    );
    next.replay();
    assertEquals(await folderOf(next, store), "/kept");
  }));
