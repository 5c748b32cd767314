import { assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, MissionLookupError } from "../../client/errors.ts";
import { FakeDugdale, openFakeClient } from "../../testing/mod.ts";

const key = "order-42";

Deno.test("findByKey() gives the newest mission of all dugdales with the key, or undefined", async () => {
  await using s1 = new FakeDugdale().on("m", () => ({}));
  await using s2 = new FakeDugdale().on("m", () => ({}));
  await using client = await openFakeClient({ s1, s2 });
  assertEquals(await client.findByKey(key), undefined);
  const first = await client.dispatch({ host: "s1", lane: "a" }, { mission: "m", key });
  assertEquals((await client.findByKey(key))?.missionId, first.missionId);
  const second = await client.dispatch({ host: "s1", lane: "a" }, { mission: "m", key });
  const found = await client.findByKey(key);
  assertEquals([found?.host, found?.missionId, found?.key], ["s1", second.missionId, key]);
  assertEquals(await client.findByKey(key, { host: "s2" }), undefined);
  await assertRejects(() => client.findByKey("a b"), ArgumentError, 'key "a b" must be');
});

Deno.test("findByKey() distinguishes not found from not known", async () => {
  await using s1 = new FakeDugdale();
  await using s2 = new FakeDugdale();
  await using client = await openFakeClient({ s1, s2 });
  s2.fail({ route: "getByKey", code: "forbidden", times: Infinity });
  await assertRejects(() => client.findByKey(key), MissionLookupError, "s2 could not be asked");
});

Deno.test("dispatch() and dispatchMany() of a unique key give the mission that has it already", async () => {
  await using s1 = new FakeDugdale().on("m", () => ({ a: 1 }));
  await using client = await openFakeClient({ s1 });
  const to = { host: "s1", lane: "a" };
  const options = { mission: "m", key, unique: "kept" } as const;
  const first = await client.dispatch(to, options);
  assertEquals(first.deduplicated, undefined);
  const second = await client.dispatch(to, options);
  assertEquals([second.missionId, second.deduplicated], [first.missionId, true]);
  const [outcome] = await client.dispatchMany(to, [options]);
  assertEquals(outcome?.ok && [outcome.ref.missionId, outcome.ref.deduplicated], [first.missionId, true]);
  const { missionId, return: returned } = await client.run(to, options);
  assertEquals([missionId, returned], [first.missionId, { a: 1 }]);
  assertEquals(s1.missions.length, 1);
});

Deno.test("dispatch() queues what follows, and refuses additions that break their rule before it sends anything", async () => {
  await using s1 = new FakeDugdale().on("m", () => ({ a: 1 })).on("next", ({ input }) => ({ input }));
  await using client = await openFakeClient({ s1 });
  const to = { host: "s1", lane: "a" };
  const { missionId } = await client.run(to, {
    mission: "m",
    onSuccess: { mission: "next", input: { b: 2 } },
  });
  const next = s1.missions.find(({ order }) => order.mission === "next");
  await next?.ended;
  assertEquals(next?.order.input, { b: 2, letts: { of: missionId, outcome: "success", return: { a: 1 } } });
  const before = s1.requests.length;
  for (
    const [more, message] of [
      [{ serial: true }, "serial needs a key"],
      [{ runAt: 1, delay: "1s" }, "run_at and delay cannot be used together"],
      [{ delay: -1 }, "delay -1 must be whole milliseconds, not negative"],
      [{ runAt: new Date(NaN) }, "run_at NaN must be Unix milliseconds"],
      [{ onFailure: { mission: "../up" } }, "on_failure.mission"],
    ] as const
  ) {
    await assertRejects(() => client.dispatch(to, { mission: "m", ...more }), ArgumentError, message);
  }
  assertEquals(s1.requests.length, before);
});
