import { assert, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, LettsClient, lettsConfig, NotFoundError } from "../../client/mod.ts";
import { Receiver } from "../dugdale/hooks/receiver.ts";
import { openMongo } from "../dugdale/sinks/servers.ts";
import { openRunning, type Running } from "../dugdale/running.ts";

function openClient(...running: readonly Running[]): Promise<LettsClient> {
  return LettsClient.open({
    config: lettsConfig({
      auth: { token: "dispatch", admin_token: "admin" },
      dugdales: running.map(({ dugdale }, index) => ({ id: `s${index + 1}`, url: dugdale.url })),
    }),
  });
}

Deno.test("client.sink() gives the record of a mission in a sink, and undefined where there is none", async () => {
  await using mongo = openMongo();
  await using running = await openRunning({ sinks: { results: { type: "mongodb", url: mongo.url } } });
  await running.apply({ a: { concurrency: 1 } });
  await using client = await openClient(running);
  const { missionId } = await client.dispatch({ host: "s1", lane: "a" }, { mission: "m" });
  let record;
  while (record?.status !== "done") record = await client.sink("results").get(missionId);
  assertEquals([record.mission_id, record.outcome], [missionId, "success"]);
  mongo.documents.clear();
  assertEquals(await client.sink("results", { host: "s1" }).get(missionId), undefined);
  await assertRejects(() => client.sink("absent").get(missionId), NotFoundError, "there is no sink");
  await assertRejects(() => client.sink("results").get("x"), ArgumentError);
  await using two = await openClient(running, running);
  await assertRejects(() => two.sink("results").get(missionId), ArgumentError, "needs a host");
});

Deno.test("a client dispatches with notify, lists hooks, tests one, and watches what happens", async () => {
  await using receiver = new Receiver();
  await using running = await openRunning({
    hooks: { ops: { url: receiver.url, allowPrivate: true, byRequest: true } },
  });
  await running.apply({ a: { concurrency: 1 } });
  await using client = await openClient(running);
  const target = { host: "s1", lane: "a" };
  const { missionId } = await client.dispatch(target, { mission: "m", notify: "ops" });
  assertEquals((await receiver.count(1))[0]?.event.subject, missionId);
  assertEquals((await client.testHook("s1", "ops")).ok, true);
  const [hook] = await client.listHooks("s1");
  assertEquals([hook?.name, hook?.type, hook?.by_request, hook?.dead], ["ops", "webhook", true, 0]);
  assertEquals((await client.deadEvents("s1", "ops").page()).items, []);
  assertEquals(await client.redriveHook("s1", "ops", { ids: [1] }), 0);
  await assertRejects(() => client.testHook("s1", "No Name"), ArgumentError);

  // The first line comes when the stream is open: then there is a gap behind an unknown event.
  const events = client.watch("s1", { on: ["mission.done"], from: "unknown" });
  assertEquals((await events.next()).value?.type, "gap");
  const next = events.next();
  const watched = await client.dispatch(target, { mission: "m" });
  const { value } = await next;
  assert(value !== undefined);
  assertEquals([value.type, value.subject, value.data?.outcome], [
    "mission.done",
    watched.missionId,
    "success",
  ]);
  await events.return();
});
