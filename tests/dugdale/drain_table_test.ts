import { assertEquals } from "@std/assert";
import type { LiveMission } from "../../dugdale/daemon.ts";
import { DrainTable } from "../../dugdale/drain_table.ts";
import { systemClock } from "../../dugdale/host/clock.ts";
import { HandClock } from "./hand_clock.ts";

/** Missions that have been running for so many seconds. */
function running(...seconds: number[]): LiveMission[] {
  return seconds.map((s, index) => ({
    missionId: `0192a8b${index}-d2c1-7abc-bad0-1234567890ab`,
    kind: "mission",
    lane: "default",
    missionName: "report",
    sinceMs: performance.now() - s * 1000 - 200,
  }));
}

function printed(live: LiveMission[]): string[] {
  const texts: string[] = [];
  using table = new DrainTable({ live }, systemClock, (text) => texts.push(text));
  table.start();
  return texts.join("").split("\n");
}

Deno.test("DrainTable reports each mission with its lane and for how long it runs", () => {
  const row = (index: number, elapsed: string): string =>
    `  0192a8b${index}  default           report                    ${elapsed}`;
  assertEquals(printed(running(42, 187, 3900)), [
    "[graceful-shutdown] waiting for 3 running mission(s); a second signal ends them",
    row(0, "42s"),
    row(1, "3m07s"),
    row(2, "1h05m"),
    "",
  ]);
});

Deno.test("DrainTable fits a terminal, and says nothing of nothing", () => {
  const many = printed(running(...Array<number>(25).fill(1)));
  assertEquals([many.length, many.at(-2)], [23, "  and 5 more"]);
  assertEquals(printed([]), [""]);
});

Deno.test("DrainTable is printed every ten seconds until it is disposed of", () => {
  const clock = new HandClock();
  let live = running(1, 2);
  const heads: string[] = [];
  const source = {
    get live() {
      return live;
    },
  };
  const table = new DrainTable(source, clock, (text) => heads.push(/waiting for \d+/.exec(text)![0]));
  table.start();
  table.start();
  live = running(11);
  clock.advance(10_000);
  assertEquals(heads, ["waiting for 2", "waiting for 2", "waiting for 1"]);
  table[Symbol.dispose]();
  assertEquals(clock.delays, []);
});
