/** Tokens with names, in a dugdale in this process. @module */
import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { DugdaleNamedToken } from "../../../config/dugdale/config.ts";
import { openRunning } from "../running.ts";

const named = (name: string, readOnly: boolean): DugdaleNamedToken => ({
  name,
  tokens: [`token of ${name}`],
  tokenFile: "",
  scopes: ["admin"],
  readOnly,
});

Deno.test("a download with a token that may only read does not shorten the life of the file", async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    await using running = await openRunning({
      dataDir,
      tokens: [named("viewer", true), named("ops", false)],
    });
    const id = await running.stage("content");
    using database = new DatabaseSync(`${dataDir}/state.db`);
    const downloaded = async (name: string): Promise<unknown> => {
      const headers = { authorization: `Bearer token of ${name}` };
      assertEquals((await running.request("GET", `/v1/staging/${id}`, { headers })).text, "content");
      return database.prepare(`SELECT downloaded_at FROM staging_files`).get()?.downloaded_at;
    };
    assertEquals(await downloaded("viewer"), null);
    assertEquals(typeof await downloaded("ops"), "number");
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});
