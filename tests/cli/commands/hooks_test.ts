import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Receiver } from "../../dugdale/hooks/receiver.ts";
import { openFleet } from "../fleet.ts";

const HOST = ["--host", "s1"];
const RUN = ["run", ...HOST, "--lane", "normal", "--mission", "hello"];

Deno.test("letts ctl hooks lists hooks, tests one, and delivers again what was given up", async () => {
  let status = 500;
  await using receiver = new Receiver(() => new Response(null, { status }));
  await using fleet = await openFleet(1, {
    hooks: {
      ops: { url: `${receiver.url}?secret=1`, allowPrivate: true, byRequest: true, retry: { attempts: 1 } },
      said: { command: ["/bin/true"], on: ["mission.lost"] },
    },
  });
  const refused = await fleet.cli([...RUN, "--notify", "absent"]);
  assertEquals([refused.code === 0, refused.stderr.includes('there is no hook "absent"')], [false, true]);
  assertEquals((await fleet.cli([...RUN, "--notify", "ops"])).code, 0);
  await receiver.count(1);
  const failed = await fleet.cli(["ctl", "hooks", "test", "ops", ...HOST]);
  assertEquals(failed.code, 1);
  assertStringIncludes(failed.stderr, "hook ops: answered 500");

  const list = await fleet.cli(["ctl", "hooks", "list", ...HOST]);
  assertEquals([list.code, list.stderr], [0, ""]);
  const [title = "", first = "", second = ""] = list.stdout.split("\n");
  assertMatch(title, /^HOOK +TYPE +TO +STATE +PENDING +DEAD +DELIVERED +LAST_ERROR *$/);
  assertMatch(first, /^ops +webhook +http:\/\/127\.0\.0\.1:\d+\/hook +on +0 +1 +- +answered 500 *$/);
  assertMatch(second, /^said +command +\/bin\/true +on +0 +0 +- +- *$/);
  assertEquals(list.stdout.includes("secret"), false);

  const dead = JSON.parse((await fleet.cli(["ctl", "hooks", "dead", "ops", ...HOST, "-o", "json"])).stdout);
  assertEquals(dead.events.length, 1);
  const table = (await fleet.cli(["ctl", "hooks", "dead", "ops", ...HOST])).stdout.split("\n");
  assertMatch(table[1] ?? "", /^\d+ +mission\.done +[0-9a-f-]{36} +\S+Z +1 +answered 500 *$/);
  status = 204;
  const redriven = await fleet.cli([
    "ctl",
    "hooks",
    "redrive",
    "ops",
    ...HOST,
    "--id",
    `${dead.events[0].id}`,
  ]);
  assertEquals(redriven.stdout, "1 redriven\n");
  const all = await receiver.count(3);
  assertEquals(all[2]?.event, dead.events[0].event);
  assertMatch((await fleet.cli(["ctl", "hooks", "test", "ops", ...HOST])).stdout, /^delivered in \d+ ms\n$/);
  const absent = await fleet.cli(["ctl", "hooks", "test", "absent", ...HOST]);
  assertEquals([absent.code !== 0, absent.stderr.includes('there is no hook "absent"')], [true, true]);
});

Deno.test("letts ctl watch prints what happens, and continues after an event", async () => {
  await using fleet = await openFleet();
  const watched = fleet.cli(["ctl", "watch", ...HOST, "--on", "mission.done", "--count", "2"]);
  // A reader hears from its arrival on: missions go on until it has heard of two.
  let over = false;
  const ended = watched.finally(() => over = true);
  while (!over) await fleet.cli(RUN);
  const { code, stdout } = await ended;
  const events = stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([code, events.map(({ type, data }) => [type, data.outcome])], [
    0,
    [["mission.done", "success"], ["mission.done", "success"]],
  ]);
  const from = ["--from", events[0].id, "--count", "1"];
  const next = await fleet.cli(["ctl", "watch", ...HOST, "--on", "mission.done", ...from]);
  assertEquals(JSON.parse(next.stdout), events[1]);
});
