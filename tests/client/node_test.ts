import { assertEquals } from "@std/assert";
import { hasNode, runUnder } from "./other_runtimes.ts";
import { done, ndjson, problem, Scripted } from "./scripted.ts";
import { StagingArea } from "./staging_server.ts";

const SCRIPT = `
import { writeFileSync, readFileSync } from "node:fs";
import { LettsClient, lettsConfig } from "./mod.js";
const [port, folder] = process.argv.slice(2);
writeFileSync(folder + "/in", "sent");
const config = lettsConfig({ auth: { token: "t" }, dugdales: [{ id: "s1", host: "127.0.0.1", port: Number(port) }] });
const client = await LettsClient.open({ config });
const { return: value } = await client.run({ host: "s1", lane: "normal" }, {
  mission: "m",
  files: { in: folder + "/in" },
  outputsTo: folder + "/out",
});
await client[Symbol.asyncDispose]();
console.log(JSON.stringify([value, readFileSync(folder + "/out/copy", "utf8")]));
`;

Deno.test({
  name: "LettsClient runs under Node: upload with its length, events, verified download",
  ignore: !await hasNode(),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "bundle",
          "--quiet",
          // One file would have the dugdale of LettsClient.embedded() in it, which needs a newer Node.
          "--code-splitting",
          "--outdir",
          folder,
          new URL("../../client/mod.ts", import.meta.url).href,
        ],
      }).output();
      assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
      await Deno.writeTextFile(`${folder}/script.mjs`, SCRIPT);
      const area = new StagingArea();
      await using server = new Scripted((request) => {
        if (request.target.includes("/events")) {
          const [[staging_id = "", { sha256 = "", size = 0 } = {}] = []] = area.files;
          return new Response(
            ndjson(done(1, { return: { ok: true }, outputs: { copy: { staging_id, sha256, size } } })),
          );
        }
        if (request.method === "POST") {
          return Response.json({ mission_id: request.headers.get("Idempotency-Key"), status: "queued" });
        }
        return area.answer(request) ?? problem(404, "not_found");
      });
      const { stdout, stderr: said } = await runUnder(
        "node",
        `${folder}/script.mjs`,
        String(server.port),
        folder,
      );
      assertEquals([said, stdout], ["", `[{"ok":true},"sent"]\n`]);
      const put = server.seen.find(({ method }) => method === "PUT");
      assertEquals(put?.headers.get("Content-Length"), "4");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
