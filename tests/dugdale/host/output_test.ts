import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { systemClock } from "../../../dugdale/host/clock.ts";
import { openSpawner } from "../../../dugdale/host/spawner.ts";

/** Waits for a file without letting the event loop turn. */
function awaitFile(path: string): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(path)) Atomics.wait(cell, 0, 0, 1);
}

for (const bytes of [1, 60_000]) {
  Deno.test(`finish() hands on ${bytes} bytes that came while the event loop stood still, though the pipe is held open`, async () => {
    const dir = await Deno.makeTempDir();
    using spawner = openSpawner(systemClock);
    const script = `head -c ${bytes} /dev/zero; head -c ${bytes} /dev/zero >&3; : >said; exec sleep 600`;
    const { PATH = "" } = Deno.env.toObject();
    const { stdout, stderr, control, exited, signal } = await spawner.spawn({
      argv: ["sh", "-c", script],
      env: { PATH },
      cwd: dir,
      stdin: "/dev/null",
      control: true,
    });
    let printed = 0, said = 0;
    const read = [
      stdout.read((chunk) => void (printed += chunk.length)),
      control?.read((chunk) => void (said += chunk.length)),
      stderr.read(() => {}),
    ];
    awaitFile(`${dir}/said`);
    await Promise.all([stdout.finish(), stderr.finish(), control?.finish()]);
    assertEquals([printed, said], [bytes, bytes]);
    await Promise.all(read);
    signal("SIGKILL");
    await exited;
    await Deno.remove(dir, { recursive: true });
  });
}
