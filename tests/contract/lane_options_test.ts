import { assertEquals } from "@std/assert";
import { apply, assertProblem, daemonTest, MISSIONS, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale();
const OPTIONS = { fast: { timeout: "100ms" }, slow: { pick: "weighted" } };

async function optionsNow(): Promise<unknown> {
  return ((await dugdale.get("/v1/admin/state")).body.state as { lane_options?: unknown }).lane_options;
}

Deno.test("N1: lane options outlive an apply that does not know them, a pause and a continue", async () => {
  const { diff } = (await apply(dugdale, { ...STATE, lane_options: OPTIONS })).body;
  assertEquals((diff as { LaneOptionsChanged: unknown }).LaneOptionsChanged, ["fast", "slow"]);
  const old = { fast: { concurrency: 2, paused: false }, slow: { concurrency: 1, paused: true } };
  await apply(dugdale, { mission_dir: MISSIONS, lanes: old });
  assertEquals(await optionsNow(), OPTIONS);
  await dugdale.post("/v1/admin/lanes/fast/pause");
  await dugdale.post("/v1/admin/lanes/fast/continue");
  await dugdale.post("/v1/admin/lanes/slow/continue");
  assertEquals(await optionsNow(), OPTIONS);
});

Deno.test("lane options are replaced lane by lane, and go with null or with their lane", async () => {
  await apply(dugdale, { ...STATE, lane_options: OPTIONS });
  await apply(dugdale, { ...STATE, lane_options: { fast: { pick: "strict" } } });
  assertEquals(await optionsNow(), { fast: { pick: "strict" }, slow: OPTIONS.slow });
  await apply(dugdale, { ...STATE, lane_options: { slow: null } });
  assertEquals(await optionsNow(), { fast: { pick: "strict" } });
  const { lanes } = STATE as { lanes: Record<string, unknown> };
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { slow: lanes.slow } });
  assertEquals(await optionsNow(), undefined);
  await apply(dugdale, STATE);
  assertEquals(await optionsNow(), undefined);
});

Deno.test("lane options that are unknown or wrong are refused, and so are those of other lanes", async () => {
  const wrong = [
    { speed: 1 },
    { timeout: "5" },
    { timeout: 5 },
    { timeout: "-5s" },
    { pick: "some" },
    7,
    { per_key: 0 },
    { per_key: 1.5 },
    {
      rate: { count: 1 },
    },
    { rate: { count: 1, per: "soon" } },
    { rate: { count: 1, per: "0s" } },
    { rate: { count: 1, per: "9000h" } },
    {
      rate: { count: 1, per: "1s", burst: 0 },
    },
    { rate: { count: 1, per: "1s", by: "lane" } },
  ];
  for (const options of wrong) {
    const reply = await dugdale.post("/v1/admin/apply", { ...STATE, lane_options: { fast: options } });
    assertProblem(reply, 400, "invalid_json");
  }
  const reply = await dugdale.post("/v1/admin/apply", {
    ...STATE,
    lane_options: { other: { timeout: "1s" } },
  });
  assertProblem(reply, 400, "unknown_lane", { lane: "other" });
});

daemonTest(
  "L10: the timeout of a lane ends a mission that has none, and not one that has its own",
  async () => {
    await apply(dugdale, { ...STATE, lane_options: { fast: { timeout: "1s" } } });
    const outcome = async (timeout?: string): Promise<unknown> =>
      (await dugdale.run("sleeps.sh", { lane: "fast", input: 3, ...(timeout ? { timeout } : {}) })).outcome;
    assertEquals(await Promise.all([outcome(), outcome("0"), outcome("5s")]), [
      "timeout",
      "timeout",
      "success",
    ]);
  },
);

daemonTest(
  "a lane with a rate starts no more missions than it says, and one with a rate by key each key by itself",
  async () => {
    await apply(dugdale, {
      ...STATE,
      lane_options: {
        fast: { rate: { count: 1, per: "1h" } },
        slow: { rate: { count: 1, per: "1h", by: "key" } },
      },
    });
    const dispatch = async (more: object): Promise<string> =>
      String((await dugdale.dispatch({ mission: "silent.sh", ...more })).body.mission_id);
    const [first, second] = [await dispatch({ lane: "fast" }), await dispatch({ lane: "fast" })];
    const keyed = [];
    for (const key of ["x", "x", "y"]) keyed.push(await dispatch({ lane: "slow", key }));
    await dugdale.done(first);
    await dugdale.done(keyed[0]!);
    await dugdale.done(keyed[2]!);
    for (const id of [second, keyed[1]!]) assertEquals((await dugdale.record(id)).status, "queued");
    const waits = async () => {
      const { text } = await dugdale.get("/v1/lanes");
      const lanes = JSON.parse(text) as { readonly name: string; readonly waits_for?: string }[];
      return ["fast", "slow"].map((name) => lanes.find((lane) => lane.name === name)?.waits_for);
    };
    assertEquals(await waits(), ["rate", "rate"]);
    await apply(dugdale, { ...STATE, lane_options: { fast: null, slow: null } });
    for (const id of [second, keyed[1]!]) assertEquals((await dugdale.done(id)).outcome, "success");
    assertEquals(await waits(), [undefined, undefined]);
  },
);
