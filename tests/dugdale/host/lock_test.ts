import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataDirLockedError, DirLock } from "../../../dugdale/host/lock.ts";

function withPath(test: (path: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(`${folder}/dugdale.lock`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("DirLock.take() refuses a second holder and names the first", () =>
  withPath((path) => {
    using lock = DirLock.take(path);
    lock.describe({ pid: 4711, host: "here", version: "1" });
    const error = assertThrows(() => DirLock.take(path), DataDirLockedError);
    assertStringIncludes(error.message, "pid=4711 host=here");
  }));

Deno.test("DirLock is unclean after a holder that was ended by force, until the database has been checked", () =>
  withPath((path) => {
    for (const expected of [false, false]) {
      using lock = DirLock.take(path);
      lock.describe({ pid: 1 });
      assertEquals(lock.unclean, expected);
    }
    assertEquals(Deno.readTextFileSync(path), "");
    Deno.writeTextFileSync(path, "pid=1\n");
    for (let time = 0; time < 2; time++) {
      using lock = DirLock.take(path);
      lock.describe({ pid: 2 });
      assertEquals(lock.unclean, true);
    }
    {
      using lock = DirLock.take(path);
      lock.settle();
    }
    using lock = DirLock.take(path);
    assertEquals(lock.unclean, false);
  }));

Deno.test("DirLock.isIntact() notices that its file was removed or replaced", () =>
  withPath((path) => {
    using lock = DirLock.take(path);
    assertEquals(lock.isIntact(), true);
    Deno.renameSync(path, `${path}.old`);
    assertEquals(lock.isIntact(), false);
    Deno.writeTextFileSync(path, "");
    assertEquals(lock.isIntact(), false);
    Deno.renameSync(`${path}.old`, path);
    assertEquals(lock.isIntact(), true);
  }));
