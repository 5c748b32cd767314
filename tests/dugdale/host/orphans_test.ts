/** A dugdale that is process 1, as in a container. */
import { assertEquals } from "@std/assert";

/** Leaves processes behind, and tells how many of them are zombies at most, and at last. */
const MISSION = `#!/bin/sh
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
  (setsid sh -c 'sleep 0.1' </dev/null >/dev/null 2>&1 3>&- &)
done
most=0 now=0 looks=0
while [ $looks -lt 300 ]; do
  now=$(grep -l '^State:.Z' /proc/[0-9]*/status 2>/dev/null | wc -l)
  [ $now -le $most ] || most=$now
  [ $most -lt 15 ] || [ $now -gt 0 ] || break
  looks=$((looks + 1))
  sleep 0.05
done
echo "{\\"event\\":\\"success\\",\\"return\\":{\\"most\\":$most,\\"last\\":$now}}" >&3
`;

const NAMESPACES = ["-rpf", "--mount-proc", "--kill-child"];
const { success } = Deno.build.os === "linux"
  ? new Deno.Command("unshare", { args: [...NAMESPACES, "true"], stderr: "null" }).outputSync()
  : { success: false };

Deno.test({
  name: "a dugdale that is process 1 collects the processes that missions leave behind",
  ignore: !success, // no namespaces for this user
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/leaves.sh`, MISSION, { mode: 0o755 });
      const main = new URL("../../../cli/main.ts", import.meta.url).pathname;
      const letts = [Deno.execPath(), "run", "-A", "--unstable-no-legacy-abort", main];
      const args = [...NAMESPACES, ...letts, "run", "--embedded", "--mission", `${folder}/leaves.sh`];
      const { stdout, stderr } = await new Deno.Command("unshare", { args }).output();
      const text = new TextDecoder();
      assertEquals(JSON.parse(text.decode(stdout) || "null"), { last: 0, most: 15 }, text.decode(stderr));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
