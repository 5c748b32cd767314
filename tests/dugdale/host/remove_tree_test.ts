import { assertEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { systemDisk } from "../../../dugdale/host/disk.ts";
import type { Log } from "../../../dugdale/host/log.ts";
import { emptyTree, removeTree } from "../../../dugdale/host/remove_tree.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (path: string): string[] => [...Deno.readDirSync(path)].map((entry) => entry.name).sort();

Deno.test("removeTree() removes files, links and nested folders, and nothing behind a link", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "kept"));
    await Deno.writeTextFile(join(folder, "kept", "file"), "x");
    await Deno.mkdir(join(folder, "tree", "a", "b", "c"), { recursive: true });
    await Deno.mkdir(join(folder, "tree", "a", "empty"));
    await Deno.writeTextFile(join(folder, "tree", "a", "b", "file"), "x");
    await Deno.symlink(join(folder, "kept"), join(folder, "tree", "a", "link"));
    await Deno.symlink(join(folder, "kept"), join(folder, "link"));
    await removeTree(join(folder, "tree"));
    await removeTree(join(folder, "link"));
    assertEquals(names(folder), ["kept"]);
    assertEquals(names(join(folder, "kept")), ["file"]);
  }));

Deno.test("removeTree() of what is missing fails unless it is forced", () =>
  inFolder(async (folder) => {
    await assertRejects(() => removeTree(join(folder, "missing")), Error, "ENOENT");
    await removeTree(join(folder, "missing"), { force: true });
  }));

Deno.test("remove() sets aside what cannot be removed, and reports it once", () =>
  inFolder(async (root) => {
    const rm = () => Promise.reject(new Error("busy"));
    const dataDir = new DataDir(root, { ...systemDisk, rm });
    const told: unknown[] = [];
    const log: Pick<Log, "error"> = { error: (_, facts) => void told.push(facts?.moved_to) };
    const path = join(root, "gated");
    for (let count = 0; count < 2; count++) {
      await Deno.mkdir(join(path, String(count)), { recursive: true });
      await dataDir.remove(path, log);
    }
    assertEquals(told, [join(root, "unremovable", "gated")]);
  }));

Deno.test("emptyTree() ends early where its signal says so, and leaves the rest", () =>
  inFolder(async (folder) => {
    const file = join(folder, "a", "b", "c");
    await Deno.mkdir(join(folder, "a", "b"), { recursive: true });
    await Deno.writeTextFile(file, "");
    await emptyTree(folder, AbortSignal.abort());
    assertEquals(existsSync(file), true);
    await emptyTree(folder, new AbortController().signal);
    assertEquals(names(folder), []);
  }));
