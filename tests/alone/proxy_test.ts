import { assertEquals } from "@std/assert";
import { openClient, Scripted } from "../client/scripted.ts";
import { StagingArea } from "../client/staging_server.ts";
import { setting } from "./environment.ts";

const INFO = { version: "1", uptime_seconds: 0, applied_at: null, queue_summary: { queued: 0, running: 0 } };

Deno.test("LettsClient does not go through the proxy of its environment", async () => {
  using _proxy = setting("HTTP_PROXY", "http://127.0.0.1:1");
  using _all = setting("ALL_PROXY", "http://127.0.0.1:1");
  const area = new StagingArea();
  await using server = new Scripted((request) => area.answer(request) ?? Response.json(INFO));
  await using client = await openClient([server], { retry: { attempts: 1 } });
  assertEquals((await client.info("s1")).version, "1");
  await client.upload("s1", new Uint8Array(3));
});
