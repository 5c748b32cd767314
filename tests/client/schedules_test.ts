import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ArgumentError, NotFoundError, UnsupportedFeatureError } from "../../client/mod.ts";
import { FakeDugdale, openFakeClient } from "../../testing/mod.ts";
import { openClient, Scripted } from "./scripted.ts";

const LANES = { normal: { concurrency: 1 } };

Deno.test("a client applies schedules, lists, shows, pauses, continues and runs them", async () => {
  await using dugdale = new FakeDugdale().on("report", () => ({ made: 1 }));
  await using client = await openFakeClient({ s1: dugdale });
  const applied = await client.apply("s1", {
    lanes: LANES,
    schedules: {
      nightly: { lane: "normal", mission: "report", cron: "0 3 * * *", tz: "Europe/Berlin", input: { n: 1 } },
      hourly: { lane: "normal", mission: "report", every: "1h" },
    },
  });
  assertEquals(applied.schedules?.added, ["nightly", "hourly"]);
  const list = await client.listSchedules("s1");
  assertEquals(list.map(({ name, cron, every, fired }) => [name, cron ?? every, fired]), [
    ["hourly", "1h", 0],
    ["nightly", "0 3 * * *", 0],
  ]);
  assertMatch(await client.scheduleText("s1", "nightly"), /"input":\{"n":1\}/);
  const { times, tz } = await client.nextFires("s1", "nightly", { count: 2 });
  assertEquals([times.length, tz], [2, "Europe/Berlin"]);
  const paused = await client.pauseSchedule("s1", "hourly", { who: "ada", reason: "audit" });
  assertEquals([paused.pause?.who, paused.pause?.reason], ["ada", "audit"]);
  assertEquals((await client.continueSchedule("s1", "hourly")).pause, undefined);
  const ref = await client.runSchedule("s1", "nightly");
  for await (const event of client.follow(ref)) {
    if (event.event === "done") assertEquals(event.outcome, "success");
  }
  const mission = await client.getMission(ref.missionId, { host: "s1" });
  assertEquals([mission?.schedule, typeof mission?.scheduledFor], ["nightly", "number"]);
  await assertRejects(() => client.runSchedule("s1", "absent"), NotFoundError);
  await assertRejects(() => client.runSchedule("s1", "no name"), ArgumentError, "schedule name");
});

Deno.test("an old dugdale is not asked to heed schedules", async () => {
  const info = {
    version: "0.1.0",
    uptime_seconds: 1,
    applied_at: null,
    queue_summary: { queued: 0, running: 0 },
  };
  await using server = new Scripted(() => Response.json(info));
  await using client = await openClient([server]);
  const schedules = { s: { lane: "normal", mission: "m", every: "1h" } };
  for (
    const call of [
      () => client.apply("s1", { lanes: LANES, schedules }),
      () => client.listSchedules("s1"),
      () => client.nextFires("s1", "s"),
      () => client.runSchedule("s1", "s"),
    ]
  ) await assertRejects(call, UnsupportedFeatureError, "schedules");
  assertEquals(new Set(server.log), new Set(["GET /v1/dugdale"]));
});
