import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { assertFeaturesUsed, requireFeatures } from "../../client/features.ts";
import { Connections } from "../../client/http/connections.ts";
import { lettsConfig, UnsupportedFeatureError } from "../../client/mod.ts";
import { featuresOf } from "../../protocol/features.ts";
import { ID, Scripted } from "./scripted.ts";

/** A dugdale that announces the words of a list, and a connection to it. */
function connect(words: () => readonly string[] | undefined) {
  const stack = new AsyncDisposableStack();
  const server = stack.use(
    new Scripted(() =>
      Response.json({
        version: "0.1.0",
        uptime_seconds: 1,
        applied_at: null,
        queue_summary: { queued: 0, running: 0 },
        features: words(),
      })
    ),
  );
  const config = lettsConfig({
    auth: { token: "d" },
    dugdales: [{ id: "s1", host: "127.0.0.1", port: server.port }],
  });
  const connections = new Connections(config, {
    retry: { attempts: 1, backoffMs: [0], retryAfterMaxMs: 0 },
    requestTimeoutMs: 30_000,
    ignoreProxy: false,
    fetch: undefined,
    traceparent: undefined,
    tracer: () => undefined,
  });
  stack.defer(() => connections.close());
  return { connection: connections.to("s1"), server, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

Deno.test("requireFeatures() asks a dugdale once for what it has announced, and not at all for nothing", async () => {
  await using open = connect(() => ["a", "b"]);
  await requireFeatures(open.connection, [], {});
  assertEquals(open.server.log, []);
  await requireFeatures(open.connection, ["a"], {});
  await requireFeatures(open.connection, ["a", "b"], {});
  assertEquals(open.server.log, ["GET /v1/dugdale"]);
});

Deno.test("requireFeatures() refuses what an old dugdale does not announce, and asks an upgraded one again", async () => {
  let words: string[] | undefined;
  await using open = connect(() => words);
  const error = await assertRejects(
    () => requireFeatures(open.connection, ["a", "b"], { missionId: ID }),
    UnsupportedFeatureError,
    "[s1] this dugdale of version 0.1.0 does not support a, b",
  );
  const { code, features, host, missionId, retryable } = error;
  assertEquals(
    { code, features, host, missionId, retryable },
    { code: "unsupported_feature", features: ["a", "b"], host: "s1", missionId: ID, retryable: false },
  );
  words = ["a"];
  await assertRejects(
    () => requireFeatures(open.connection, ["a", "b"], {}),
    UnsupportedFeatureError,
    "support b",
  );
  words = ["a", "b"];
  await requireFeatures(open.connection, ["a", "b"], {});
});

Deno.test("assertFeaturesUsed() reports a dugdale that has become older meanwhile, and asks it again later", async () => {
  await using open = connect(() => ["a"]);
  const { connection, server } = open;
  await requireFeatures(connection, ["a"], {});
  assertFeaturesUsed(connection, ["a"], { mission_id: ID, status: "queued", features_used: ["a"] });
  assertThrows(
    () => assertFeaturesUsed(connection, ["a"], { mission_id: ID, status: "queued" }),
    UnsupportedFeatureError,
    `[s1] mission ${ID} was accepted, but without a`,
  );
  await requireFeatures(connection, ["a"], {});
  assertEquals(server.log.length, 2);
});

Deno.test("featuresOf() names each addition of a dispatch once, and none of a plain one", () => {
  const table = { timeout: "time", input: "time", files: "file" };
  assertEquals(featuresOf({ mission: "m", lane: "l" }, table), []);
  assertEquals(featuresOf({ mission: "m", lane: "l", input: null, timeout: "1s" }, table), ["time"]);
});
