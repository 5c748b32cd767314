import { statfsSync } from "node:fs";
import { assert, assertEquals } from "@std/assert";
import { Place, until } from "./daemon.ts";
import { saying, told } from "./shell_missions.ts";
import { sha256 } from "./dugdale.ts";
import { apply, callsTo, STATE } from "./harness.ts";
import { newId } from "./ids.ts";
import { canMount, mounted } from "./own_disk.ts";

const MIB = 1024 * 1024;

Deno.test({
  name: "a full disk is reported as disk_quota_exceeded; with room again work goes on",
  ignore: !await canMount(),
  fn: async () => {
    await using place = await Place.make({ limits: { max_output_file_size: 0, max_output_buffer: "4MiB" } });
    await using _disk = await mounted(place.dataDir, 12 * MIB);
    await using daemon = await place.start();
    const dugdale = callsTo(daemon);
    await apply(dugdale, STATE);
    const content = new Uint8Array(2 * MIB).fill(65);
    const files = [{ role: "data", staging_id: await dugdale.stage(content) }];
    const makes = told(
      `head -c ${MIB} /dev/urandom > out/file; ${saying({ event: "output_file", key: "file" })}`,
    );
    const prints = told(`head -c ${3 * MIB} /dev/zero; echo end >&2`);
    const filler = `${place.dataDir}/filler`;
    const { bavail, bsize } = statfsSync(place.dataDir);
    await Deno.writeFile(filler, new Uint8Array(bavail * bsize - 3 * MIB / 2));
    const [fed, made] = [
      await dugdale.run("silent.sh", { files }),
      await dugdale.run("obeys.sh", { input: makes }),
    ];
    assertEquals([fed.outcome, fed.fail_reason, fed.exit_code], ["crashed", "disk_quota_exceeded", 0]);
    assertEquals([made.outcome, made.fail_reason, made.exit_code], ["failed", "disk_quota_exceeded", 0]);
    assertEquals(made.outputs ?? {}, {});
    const headers = { "x-letts-sha256": await sha256(content) };
    const put = await dugdale.call("PUT", `/v1/staging/${newId()}`, { headers, body: content });
    assert(put.status >= 500, put.text);
    // Its output takes all the room there is, also that of the database, which cannot tell its end.
    const printed = await dugdale.queue("obeys.sh", { input: prints });
    const waiting = `"op":"finalize","mission_id":"${printed}"`;
    await until(async () => (await place.printed("stderr")).includes(waiting));
    assertEquals((await dugdale.record(printed)).status, "running");
    assertEquals((await dugdale.get("/v1/healthz")).status, 200);

    await Deno.remove(filler);
    const { outcome, truncated_stdout } = await dugdale.done(printed);
    assertEquals([outcome, truncated_stdout], ["success", true]);
    assertEquals((await dugdale.run("silent.sh", { files })).outcome, "success");
    assertEquals((await dugdale.run("obeys.sh", { input: makes })).outcome, "success");
  },
});
