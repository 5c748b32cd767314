import { assertEquals } from "@std/assert";
import { Dashboard } from "../../../../cli/commands/top/dashboard.ts";
import { type Key, keysIn } from "../../../../cli/commands/top/keys.ts";
import type { HostSnapshot } from "../../../../cli/commands/top/snapshot.ts";
import type { Mission } from "../../../../client/types.ts";
import { NetworkError } from "../../../../client/errors.ts";

function mission(missionId: string, lane: string, startedMs: number): Mission {
  return { missionId, lane, missionName: `name of ${missionId}`, kind: "mission", startedMs } as Mission;
}

function lane(name: string, paused = false) {
  return { name, concurrency: 4, paused, queued: 0, running: 0 };
}

/** Two lanes, a dugdale without an answer, and two missions: rows in this order. */
function opened(): Dashboard {
  const dashboard = new Dashboard();
  const hosts: readonly HostSnapshot[] = [
    {
      host: "s1",
      lanes: [lane("fast"), lane("slow", true)],
      running: [mission("m2", "slow", 200), mission("m1", "fast", 100)],
    },
    { host: "gone", error: new NetworkError("no answer", { host: "gone" }), lanes: [], running: [] },
  ];
  dashboard.hosts = hosts;
  return dashboard;
}

function type(dashboard: Dashboard, ...keys: readonly (Key | string)[]) {
  const pressed = keys.flatMap((key) =>
    typeof key === "string" && key.length === 1 ? keysIn(key) : [key as Key]
  );
  return pressed.map((key) => dashboard.press(key, 10)).at(-1);
}

Deno.test("the arrows go through lanes and missions and stop at both ends", () => {
  const dashboard = opened();
  const visited = [dashboard.chosen?.key];
  for (let step = 0; step < 5; step++) {
    type(dashboard, "down");
    visited.push(dashboard.chosen?.key);
  }
  assertEquals(visited, ["s1/fast", "s1/slow", "gone", "s1/fast/m1", "s1/slow/m2", "s1/slow/m2"]);
  type(dashboard, "home", "up");
  assertEquals(dashboard.chosen?.key, "s1/fast");
  type(dashboard, "end");
  assertEquals(dashboard.chosen?.key, "s1/slow/m2");
});

Deno.test("the chosen mission stays chosen while others come and go, and the first row is next when it has ended", () => {
  const dashboard = opened();
  type(dashboard, "end");
  const [first, ...rest] = dashboard.hosts;
  if (first === undefined) throw new Error("there is a first dugdale");
  dashboard.hosts = [{ ...first, running: [mission("m0", "fast", 50), ...first.running] }, ...rest];
  assertEquals(dashboard.chosen?.key, "s1/slow/m2");
  dashboard.hosts = [{ ...first, running: [] }, ...rest];
  assertEquals(dashboard.chosen?.key, "s1/fast");
});

Deno.test("a mission is killed only after y", () => {
  const dashboard = opened();
  type(dashboard, "end");
  assertEquals(type(dashboard, "k"), undefined);
  assertEquals(dashboard.confirm?.mission.missionId, "m2");
  assertEquals(type(dashboard, "n"), undefined);
  assertEquals(type(dashboard, "y"), undefined);
  assertEquals(type(dashboard, "k", "y")?.do, "kill");
});

Deno.test("p is for the chosen lane, or the lane of the chosen mission", () => {
  const dashboard = opened();
  const pausing = () => {
    const action = type(dashboard, "p");
    return action?.do === "pause" ? `${action.row.lane.name} ${action.row.lane.paused}` : undefined;
  };
  assertEquals(pausing(), "fast false");
  type(dashboard, "end");
  assertEquals(pausing(), "slow true");
  type(dashboard, "home", "down", "down");
  assertEquals(pausing(), undefined);
  assertEquals(dashboard.message, "choose a lane first");
});

Deno.test("k and l want a mission", () => {
  const dashboard = opened();
  assertEquals(type(dashboard, "l"), undefined);
  assertEquals(dashboard.message, "choose a mission first");
  type(dashboard, "end");
  assertEquals(dashboard.message, "");
  assertEquals(type(dashboard, "l")?.do, "logs");
});

Deno.test("while a filter is typed its letters are no keys; Enter keeps it, Escape clears it", () => {
  const dashboard = opened();
  assertEquals(type(dashboard, "/", "S", "l", "q", "backspace", "o"), undefined);
  assertEquals(dashboard.filter, "Slo");
  assertEquals([...dashboard.lanes, ...dashboard.missions].map(({ key }) => key), ["s1/slow", "s1/slow/m2"]);
  type(dashboard, "enter");
  assertEquals(dashboard.typing, false);
  type(dashboard, "escape");
  assertEquals(dashboard.filter, "");
});

Deno.test("output follows its end until a person scrolls up, and again from the end on", () => {
  const dashboard = opened();
  const lines = Array.from({ length: 20 }, (_, index) => String(index));
  dashboard.open({ title: "output", lines, follows: true });
  assertEquals(dashboard.paneLines(10).at(-1), "19");
  lines.push("20");
  assertEquals(dashboard.paneLines(10).at(-1), "20");
  type(dashboard, "up");
  lines.push("21");
  assertEquals(dashboard.paneLines(10).at(-1), "19");
  type(dashboard, "end");
  lines.push("22");
  assertEquals(dashboard.paneLines(10).at(-1), "22");
  type(dashboard, "q");
  assertEquals(dashboard.pane, undefined);
});

Deno.test("a record is read from its beginning", () => {
  const dashboard = opened();
  const lines = Array.from({ length: 20 }, (_, index) => String(index));
  dashboard.open({ title: "record", lines, follows: false });
  assertEquals(dashboard.paneLines(10)[0], "0");
  type(dashboard, "pagedown");
  assertEquals(dashboard.paneLines(10)[0], "10");
  type(dashboard, "pagedown", "home");
  assertEquals(dashboard.paneLines(10)[0], "0");
});
