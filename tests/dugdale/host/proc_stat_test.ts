import { assert, assertEquals } from "@std/assert";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { isGroupAlive } from "../../../dugdale/host/proc_stat.ts";
import { openSpawner } from "../../../dugdale/host/spawner.ts";

Deno.test("isGroupAlive() sees who is left of a group, and does not count who has only to be reaped", async () => {
  using spawner = openSpawner(systemClock);
  const common = { env: { PATH: "/usr/bin:/bin" }, cwd: "/", stdin: "/dev/null", control: false };
  // The inner shell never waits for what it has started: its child stays a zombie until it ends itself.
  const child = await spawner.spawn({
    ...common,
    argv: ["sh", "-c", "sleep 600 >&- 2>&- & echo $!; exec sleep 600"],
  });
  const text = await new Promise<string>((resolve) =>
    child.stdout.read((chunk) => resolve(new TextDecoder().decode(chunk)))
  );
  assert(isGroupAlive(child.pid));
  Deno.kill(Number(text), "SIGKILL");
  while (!/^State:\s+Z/m.test(await Deno.readTextFile(`/proc/${Number(text)}/status`)));
  assert(isGroupAlive(child.pid), "its leader runs");
  child.signal("SIGKILL");
  await child.exited;
  assertEquals(isGroupAlive(child.pid), false);
  assertEquals(isGroupAlive(child.pid), false, "whether or not the orphan has been reaped");
});
