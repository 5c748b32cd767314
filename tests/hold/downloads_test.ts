import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { type Daemon, Place, until } from "../contract/daemon.ts";
import { OWN_TOKENS } from "../contract/settings.ts";
import { Ids } from "../../protocol/ids.ts";

const SIZE = 64 * 1024 * 1024;

/** The files of the staging area that a dugdale has open. */
function openFiles(daemon: Daemon, place: Place): number {
  const folder = `/proc/${daemon.pid}/fd`;
  return [...Deno.readDirSync(folder)].filter(({ name }) => {
    try {
      return Deno.readLinkSync(`${folder}/${name}`).startsWith(`${place.dataDir}/staging/`);
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

Deno.test({
  name: "downloads that end, that break off, and that are cut to a range leave no descriptor open",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using place = await Place.make();
    await using daemon = await place.start();
    const content = new Uint8Array(SIZE).fill(65);
    const path = `/v1/staging/${new Ids().staging()}`;
    const headers = { authorization: `Bearer ${OWN_TOKENS.admin}` };
    const sha256 = createHash("sha256").update(content).digest("hex");
    const put = await fetch(daemon.url + path, {
      method: "PUT",
      headers: { ...headers, "x-letts-sha256": sha256 },
      body: content,
    });
    assertEquals([put.status, await put.text() !== ""], [201, true]);
    for (const range of ["", "bytes=10-", "bytes=10-2000000"]) {
      const wanted = range === "" ? headers : { ...headers, range };
      const whole = await fetch(daemon.url + path, { headers: wanted });
      const size = (await whole.bytes()).length;
      assertEquals(size, range === "" ? SIZE : range === "bytes=10-" ? SIZE - 10 : 1_999_991);
      for (let count = 0; count < 10; count++) {
        const { hostname, port } = new URL(daemon.url);
        using connection = await Deno.connect({ hostname, port: Number(port) });
        const lines = [
          `GET ${path} HTTP/1.1`,
          "host: x",
          `authorization: ${headers.authorization}`,
          `range: ${range}`,
        ];
        const head = `${lines.filter((line) => line !== "range: ").join("\r\n")}\r\n\r\n`;
        await connection.write(new TextEncoder().encode(head));
        await connection.read(new Uint8Array(1000));
      }
    }
    await until(() => Promise.resolve(openFiles(daemon, place) === 0));
  },
});
