import { assertEquals } from "@std/assert";
import { relative } from "@std/path";
import { umask } from "node:process";
import { ids, openRunning } from "./running.ts";

/** Everything below a folder with its permissions, as `path mode`; ids and other hex become `#`. */
function modes(root: string, folder = root): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    const mode = (Deno.statSync(path).mode! & 0o777).toString(8);
    const plain = relative(root, path).replace(/[0-9a-f]{8}-[-0-9a-f]{27}|(?<=[/])[0-9a-f]{2}\b/g, "#");
    return [`${plain} ${mode}`, ...(isDirectory ? modes(root, path) : [])];
  });
}

Deno.test("folders and files of the data directory have their documented permissions", async () => {
  const before = umask(0o022);
  try {
    await using running = await openRunning();
    const says = `echo out; echo err >&2; echo x > out/file; echo '{"event":"output_file","key":"file"}' >&3`;
    await running.apply({ one: { concurrency: 1 } }, ["sh", "-c", says]);
    const key = ids.mission();
    const files = [{ role: "data", staging_id: await running.stage("content") }];
    await running.request("POST", "/v1/dispatch", { key, body: { lane: "one", mission: "m", files } });
    assertEquals(Object.keys((await running.ended(key)).outputs), ["file"]);
    const found = modes(running.folder);
    assertEquals([...new Set(found)].sort(), [
      "dugdale.lock 600",
      "output 700",
      "output/# 700",
      "output/#/#-combined 600",
      "output/#/#-stderr 600",
      "output/#/#-stdout 600",
      "staging 700",
      "staging/# 700",
      "staging/#/# 600",
      "state.db 600",
      "state.db-shm 600",
      "state.db-wal 600",
      "tombstone 700",
      "work 700",
      "work/# 755",
      "work/#/in 755",
      "work/#/input.json 400",
      "work/#/out 755",
      "work/#/tmp 755",
    ]);
  } finally {
    umask(before);
  }
});
