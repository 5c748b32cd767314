import { assertEquals, assertRejects } from "@std/assert";
import { LettsClient, lettsConfig, NotFoundError, UnsupportedFeatureError } from "../../client/mod.ts";
import { openRunning, type RunningOptions } from "../dugdale/running.ts";
import { FaultProxy } from "./fault_proxy.ts";
import { openClient, Scripted } from "./scripted.ts";

async function openBehindProxy(options: RunningOptions) {
  await using stack = new AsyncDisposableStack();
  const running = stack.use(await openRunning(options));
  await running.apply({ held: { concurrency: 1, paused: true } });
  const proxy = stack.use(await FaultProxy.open(running.dugdale.address.port));
  const client = stack.use(
    await LettsClient.open({
      config: lettsConfig({
        auth: { token: "dispatch", admin_token: "admin" },
        dugdales: [{ id: "here", url: `http://127.0.0.1:${proxy.port}` }],
      }),
    }),
  );
  const open = stack.move();
  return { client, proxy, running, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

Deno.test("client.audit() follows across a broken connection, each record once", async () => {
  await using pair = await openBehindProxy({ audit: { enabled: true } });
  const { client, proxy } = pair;
  const records = client.audit("here", { follow: true, action: "lane" });
  const seen: (readonly [number, string])[] = [];
  const next = async () => {
    const { value } = await records.next();
    if (value !== undefined) seen.push([value.id, value.action]);
  };
  await client.pauseLane("here", "held");
  await next();
  const { port } = proxy;
  await proxy.stop();
  const coming = next();
  await proxy.start(port);
  await client.continueLane("here", "held");
  await coming;
  assertEquals(seen, [[2, "lane.pause"], [3, "lane.continue"]]);
  await records.return();
});

Deno.test("client.audit() filters, and rejects when nothing is recorded", async () => {
  await using pair = await openBehindProxy({ audit: { enabled: true } });
  await pair.client.pauseLane("here", "held");
  const ids = async (options: Parameters<LettsClient["audit"]>[1]) =>
    (await Array.fromAsync(pair.client.audit("here", options))).map(({ id }) => id);
  assertEquals(await ids({}), [1, 2]);
  assertEquals(await ids({ from: 1 }), [2]);
  assertEquals(await ids({ target: "held", actor: "admin-token" }), [2]);
  assertEquals(await ids({ until: 1000 }), []);
  await using off = await openBehindProxy({});
  const error = await assertRejects(() => Array.fromAsync(off.client.audit("here")), NotFoundError);
  assertEquals(error.code, "feature_disabled");
});

Deno.test("client.whoami() tells name, scopes and limits of the token of each scope", async () => {
  const named = {
    name: "ops",
    tokens: ["admin"],
    tokenFile: "",
    scopes: ["admin"],
    readOnly: false,
  } as const;
  await using pair = await openBehindProxy({
    admin: { tokens: [] },
    tokens: [{ ...named, expiresMs: 9e12 }],
  });
  const { client } = pair;
  assertEquals(await client.whoami("here"), {
    name: "dispatch-token",
    scopes: ["dispatch"],
    read_only: false,
  });
  assertEquals(await client.whoami("here", { scope: "admin" }), {
    name: "ops",
    scopes: ["admin"],
    read_only: false,
    expires_at: 9e12,
  });
});

Deno.test("an old dugdale is not asked for its audit", async () => {
  const info = { version: "1", uptime_seconds: 1, applied_at: 1, queue_summary: { queued: 0, running: 0 } };
  await using server = new Scripted(() => Response.json(info));
  await using client = await openClient([server]);
  await assertRejects(() => Array.fromAsync(client.audit("s1")), UnsupportedFeatureError, "audit");
  assertEquals(new Set(server.log), new Set(["GET /v1/dugdale"]));
});
