import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Dashboard } from "../../../../cli/commands/top/dashboard.ts";
import { Rates } from "../../../../cli/commands/top/rates.ts";
import { type Drawing, screenLines } from "../../../../cli/commands/top/screen.ts";
import type { HostSnapshot } from "../../../../cli/commands/top/snapshot.ts";
import { columnsOf } from "../../../../cli/output/columns.ts";
import type { Mission } from "../../../../client/types.ts";
import { NetworkError } from "../../../../client/errors.ts";
import { lettsConfig } from "../../../../config/letts/config.ts";

const CONFIG = lettsConfig({ dugdales: [{ id: "gone", url: "http://gone.example" }] });

function busy(missions: number): HostSnapshot {
  const lane = (name: string) => ({ name, concurrency: 400, paused: false, queued: 12, running: missions });
  const running = Array.from({ length: missions }, (_, index) => ({
    missionId: `01a22298-7243-7000-994a-${String(index).padStart(12, "0")}`,
    lane: "a-lane-with-a-long-name",
    missionName: `reports/mission-${index}`,
    kind: "mission",
    startedMs: index,
  } as Mission));
  const lanes = ["a-lane-with-a-long-name", "b", "c", "d", "e", "f", "g", "h"].map(lane);
  return { host: "server-in-frankfurt", lanes, running, ended: new Map() };
}

function drawing(hosts: readonly HostSnapshot[], columns: number): Drawing {
  const dashboard = new Dashboard();
  dashboard.hosts = hosts;
  const rates = new Rates();
  for (let second = 0; second < 40; second++) rates.add(hosts, second * 1000);
  return {
    dashboard,
    rates,
    progressOf: () => ({ value: 0.425, message: "half of it" }),
    columns,
    paint: (_, text) => text,
    nowMs: 90_000,
    config: CONFIG,
  };
}

Deno.test("the screen fills every size exactly and no line is wider", () => {
  for (const [columns, rows] of [[60, 10], [80, 24], [120, 50]] as const) {
    for (const missions of [0, 1, 300]) {
      const lines = screenLines(drawing([busy(missions)], columns), rows);
      assertEquals(lines.length, rows);
      for (const line of lines) assertEquals(columnsOf(line) <= columns, true, `${columns}: ${line}`);
    }
  }
});

Deno.test("80 columns and 24 lines have room for lanes, missions and their progress", () => {
  const screen = screenLines(drawing([busy(300)], 80), 24).join("\n");
  assertMatch(screen, /RUNS .*MISSION +PROGRESS/);
  assertStringIncludes(screen, "████░░░░░░  42% half of it");
  assertMatch(screen, /> server-in-frankfurt/);
});

Deno.test("the chosen row is on the screen wherever it is in the list", () => {
  const picture = drawing([busy(300)], 100);
  for (const key of ["end", "pageup", "pageup", "up", "home", "pagedown"] as const) {
    picture.dashboard.press(key, 10);
    const chosen = screenLines(picture, 24).filter((line) => line.startsWith("> "));
    assertEquals(chosen.length, 1, key);
  }
});

Deno.test("a dugdale without an answer has a row, and its error a line", () => {
  const error = new NetworkError("connection \x1b[31mrefused", { host: "gone" });
  const lines = screenLines(drawing([busy(1), { host: "gone", error, lanes: [], running: [] }], 100), 24);
  assertMatch(lines.join("\n"), /gone +no answer/);
  assertStringIncludes(lines.join("\n"), "connection  [31mrefused: gone (gone.example)");
  assertStringIncludes(lines[0] ?? "", "1 of 2 do not answer");
});

Deno.test("the last line asks before a mission is killed", () => {
  const picture = drawing([busy(2)], 100);
  assertMatch(screenLines(picture, 24).at(-1) ?? "", /^q quit/);
  picture.dashboard.press("end", 10);
  picture.dashboard.press({ text: "k" }, 10);
  assertEquals(
    screenLines(picture, 24).at(-1),
    "kill reports/mission-1 01a22298-7243-7000-994a-000000000001? y or n",
  );
});
